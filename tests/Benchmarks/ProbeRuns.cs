using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Checkpoints;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.Probes;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// Nine probes over one data set, all of it in a turn: reading the rows, standardising, training. PyTorch's side trains them one by one.
/// </summary>
internal static class ProbeRuns
{
    private const int Width = 256, LinearRows = 200_000, MixedRows = 20_480;

    // Heading, offsets from start and end, cell, what is ahead and beside: the labels of a trace of Karel programs.
    private static readonly int[] _classes = [4, 13, 13, 13, 13, 6, 6, 2, 2];

    /// <summary>The set of a workload: nine linear probes, or three labels with each size of the papers' probes.</summary>
    private static IReadOnlyList<ProbeOptions> Probes(bool mixed) => [.. Enumerable.Range(0, 9).Select(i => mixed
        ? Probe(i / 3, i % 3, MixedRows) with { Seed = i + 1 } : Probe(i, 0, LinearRows) with { Seed = i + 1 })];

    private static ProbeOptions Probe(int label, int hiddenLayers, int rows)
    {
        ProbeOptions probe = hiddenLayers == 0 ? new LinearProbeOptions() : new MlpProbeOptions { HiddenLayers = hiddenLayers };
        return probe with { LabelColumn = $"Label{label}", MaxExamples = rows, MaxEpochs = 1 };
    }

    /// <summary>Writes features, labels, the order of the rows and the probes' first weights.</summary>
    public static void Write(string folder, bool mixed)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(2);
        var rows = mixed ? MixedRows : LinearRows;
        var x = randn([rows, Width], generator: random);
        // A label is the greatest of its classes' random directions, with noise.
        var labels = _classes.Select(classes => (x.matmul(randn([Width, classes], generator: random))
            + randn([rows, classes], generator: random) * 16).argmax(1)).ToList();
        var order = new RowOrder(rows, new LinearProbeOptions().ShuffleRows, new RandomStream(1, RandomStreams.DataOrder)).Windows()
            .SelectMany(Numbers).Take(rows).ToArray();
        var weights = Probes(mixed).SelectMany((probe, i) => ProbeNetwork.Draw(
            [Width, .. probe.HiddenUnits, Classes(probe)], probe.HiddenNormalization,
            new RandomStream(probe.Seed, RandomStreams.Initialisation)).Tensors().Select(item => ($"probe{i}.{item.Name}", item.Tensor)));
        Safetensors.Write(FileSystems.Default, Path.Combine(folder, Name(mixed)),
            [("features", x), ("labels", stack(labels)), ("order", tensor(order)), .. weights]);
    }

    /// <summary>Trains the set, once a turn; the value is the mean of the last step's losses.</summary>
    public static void Run(string folder, bool mixed, Turns turns)
    {
        var view = View(Path.Combine(folder, Name(mixed)));
        var set = new ProbeSet(Probes(mixed));
        while (turns.Next())
        {
            var trained = set.Fit(view);
            turns.Value = trained.Average(probe => probe.Training.Loss!.Value);
            foreach (var probe in trained) probe.Dispose();
        }
    }

    private static string Name(bool mixed) => mixed ? "probes-mixed.safetensors" : "probes.safetensors";

    private static int Classes(ProbeOptions probe) => _classes[int.Parse(probe.LabelColumn["Label".Length..])];

    private static IEnumerable<long> Numbers(RowWindow window)
    {
        var numbers = window.Ranges.SelectMany(range => Enumerable.Range(0, range.Count).Select(i => range.First + i)).ToArray();
        return window.Order.Select(place => numbers[place]);
    }

    private static IDataView View(string file)
    {
        var inputs = Safetensors.Read(file);
        var (x, labels) = (inputs["features"].data<float>().ToArray(), inputs["labels"].data<long>().ToArray());
        foreach (var tensor in inputs.Values) tensor.Dispose();
        var rows = x.Length / Width;
        var row = new float[Width];                     // taken by the reader before the next row comes
        var columns = _classes.Select((classes, label) => new RowsColumn<int>(
            $"Label{label}", new KeyDataViewType(typeof(uint), classes), (int i) => (uint)labels[label * rows + i] + 1));
        return new RowsView<int>(
            () => Enumerable.Range(0, rows),
            [new RowsColumn<int>("Features", new VectorDataViewType(NumberDataViewType.Single, Width), (int i) =>
            {
                x.AsSpan(i * Width, Width).CopyTo(row);
                return new VBuffer<float>(Width, row);
            }), .. columns]);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Checkpoints;
using MlNetLlm.Data;
using MlNetLlm.Persistence;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// Training of a TopK autoencoder on hidden states, all of it in a turn: reading the rows, normalising, the start, the steps. PyTorch's
/// side normalises and steps, with dense codes, as the released script does without its GPU kernels; the start is given to it.
/// </summary>
internal static class SparseRuns
{
    public const int Rows = 16_384;

    private const string FileName = "sparse.safetensors";
    private const int Width = 128;

    private static SparseAutoencoderOptions Options { get; } = new()
    {
        Latents = 2048, ActiveLatents = 16, BatchSize = 2048, MaxRows = Rows, DeadAfterRows = 4096, SampleRows = Rows,
    };

    /// <summary>Writes hidden states, their order, and the start.</summary>
    public static void Write(string folder)
    {
        using var scope = NewDisposeScope();
        using var random = new Generator(3);
        var parts = randn([Rows, 300], generator: random).relu() * randint(2, [Rows, 300], dtype: ScalarType.Float32, generator: random);
        var states = parts.matmul(randn([300, Width], generator: random)) + 3;
        Safetensors.Write(FileSystems.Default, Path.Combine(folder, FileName), [("states", states)]);
        var run = Options.Loop(Width);
        using var rows = StateRows.Read(View(Path.Combine(folder, FileName)), "Features", 0, 64, default);
        var start = SparseAutoencoderStart.Draw(
            rows.Sample(Rows), Width, run, new RandomStreams(run.Seed)[RandomStreams.Initialisation]);
        using var batches = new StateBatches(rows, run);
        var order = cat([.. Enumerable.Range(0, Rows / run.BatchSize).Select(_ => batches.Next().Tokens.reshape(-1))]);
        Safetensors.Write(FileSystems.Default, Path.Combine(folder, FileName),
            [("states", states), ("order", order), .. start.Parameters.Select(item => (item.Name, (Tensor)item.Parameter))]);
    }

    /// <summary>Trains, once a turn; the value is the last step's loss.</summary>
    public static void Run(string folder, Turns turns)
    {
        var view = View(Path.Combine(folder, FileName));
        while (turns.Next())
        {
            var trained = new SparseAutoencoderEstimator(Options).Fit(view);
            turns.Value = trained.Training!.Loss;
            trained.Autoencoder.Dispose();
        }
    }

    private static IDataView View(string file)
    {
        var inputs = Safetensors.Read(file);
        var states = inputs["states"].data<float>().ToArray();
        foreach (var tensor in inputs.Values) tensor.Dispose();
        var row = new float[Width];                     // taken by the reader before the next row comes
        return new RowsView<int>(
            () => Enumerable.Range(0, Rows),
            new RowsColumn<int>("Features", new VectorDataViewType(NumberDataViewType.Single, Width), (int i) =>
            {
                states.AsSpan(i * Width, Width).CopyTo(row);
                return new VBuffer<float>(Width, row);
            }));
    }
}

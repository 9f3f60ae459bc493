using Microsoft.ML;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Probes;

/// <summary>
/// The description length of labels given features, by the online code with probes (Voita and Titov 2020; see <see cref="OnlineCode"/>).
/// All labels and sizes share one reading of the rows, and each block one pass.
/// </summary>
/// <param name="Code">The code's length under the probes, and under the uniform code.</param>
/// <param name="PriorBits">The length of the code that reads no features (<see cref="OnlineCode.PriorBits"/>).</param>
/// <param name="BlockEnds">The rows at which blocks end.</param>
/// <param name="BlockBits">What each block but the first costs under the probe trained on all blocks before it.</param>
public sealed record DescriptionLength(
    OnlineCode Code, double PriorBits, IReadOnlyList<int> BlockEnds, IReadOnlyList<double> BlockBits)
{
    /// <summary>Measures.</summary>
    /// <param name="probes">The probes; they share what the probes of a <see cref="ProbeSet"/> share.</param>
    /// <param name="data">
    /// The rows in the order they are sent, each labelled. Where their order means something, shuffle them first
    /// (<c>ml.Data.ShuffleRows</c>). Features are standardised by all of them, as sender and receiver both have all features.
    /// </param>
    /// <param name="validation">The rows to choose every block's best weights by, or null.</param>
    /// <param name="percents">
    /// Ends of the blocks in percent, rising to 100; null: those of the paper. Where a probe normalises by the batch, the first block is at
    /// least two rows.
    /// </param>
    /// <param name="cancellationToken">Stops within a step.</param>
    /// <returns>One a probe.</returns>
    /// <exception cref="ArgumentException">Options are out of range or differ where they must not, or a column does not fit.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite, or a label is missing.</exception>
    internal static IReadOnlyList<DescriptionLength> Measure(
        IReadOnlyList<ProbeOptions> probes, IDataView data, IDataView? validation, IReadOnlyList<double>? percents,
        CancellationToken cancellationToken)
    {
        using var source = ProbeSource.Read(probes, data, validation, cancellationToken);
        var rows = checked((int)source.Train.Count);
        var pass = source.Pass(rows);
        var least = Math.Min(rows, pass.NormalisesByBatch ? 2 : 1);
        int[] ends = [.. OnlineCode.BlockEnds(rows, percents).Where(end => end >= least)];
        foreach (var head in pass.Heads) RequireLabels(head, source.Train, rows);
        var bits = probes.Select(_ => new List<double>()).ToArray();
        for (var block = 1; block < ends.Length; block++)
        {
            var trained = ProbeTraining.Run(pass with { TrainRows = ends[block - 1] }, null, cancellationToken);
            var costs = Costs(pass, trained.Select(probe => probe.Network).ToList(), ends[block - 1], ends[block]);
            for (var i = 0; i < costs.Length; i++) bits[i].Add(costs[i]);
            foreach (var (network, _) in trained) network.Dispose();
        }
        var priors = Priors(pass, rows);
        return [.. pass.Heads.Select((head, i) => new DescriptionLength(
            OnlineCode.Of(head.Classes, ends, bits[i].ToArray()), priors[i], ends, bits[i]))];
    }

    // Bits of the labels of rows [first, end) under each probe.
    private static double[] Costs(ProbePass pass, IReadOnlyList<ProbeNetwork> networks, int first, int end)
    {
        using var quiet = no_grad();
        var bits = new double[networks.Count];
        foreach (var batch in pass.InOrder(pass.Train, first, end))
            for (var i = 0; i < networks.Count; i++)
            {
                using var scope = NewDisposeScope();
                var probabilities = networks[i].Logits(batch.Features(pass.Heads[i].Features, CPU), training: false).softmax(1);
                bits[i] += OnlineCode.BlockBits(probabilities.contiguous().data<float>().ToArray(), Labels(batch, pass.Heads[i]));
            }
        return bits;
    }

    private static double[] Priors(ProbePass pass, int rows)
    {
        var codes = pass.Heads.Select(head => new PriorCode(head.Classes)).ToArray();
        foreach (var batch in pass.InOrder(pass.Train, 0, rows))
            for (var i = 0; i < codes.Length; i++) codes[i].Add(Labels(batch, pass.Heads[i]));
        return [.. codes.Select(code => code.Bits)];
    }

    private static int[] Labels(ProbeBatch batch, ProbeHead head)
    {
        var labels = new int[batch.Count];
        for (var i = 0; i < labels.Length; i++) labels[i] = (int)batch.Labels(head.Label)[i];
        return labels;
    }

    private static void RequireLabels(ProbeHead head, ProbeData data, long rows)
    {
        var labelled = data.Counts(head.Label).Sum();
        if (labelled < rows)
            throw new InvalidDataException(
                $"Column '{head.Options.LabelColumn}' has no label in {rows - labelled} of {rows} rows; a code sends all of them. "
                + "Leave such rows out.");
    }
}

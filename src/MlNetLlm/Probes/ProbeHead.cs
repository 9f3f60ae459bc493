namespace MlNetLlm.Probes;

/// <summary>One probe of a pass: what it reads, what it predicts, how it is trained.</summary>
/// <param name="Number">Its number in the pass, from 0.</param>
/// <param name="Options">Its options.</param>
/// <param name="Features">The number of its features column among those of the pass.</param>
/// <param name="Label">The number of its label column among those of the pass.</param>
/// <param name="Classes">The classes of its label.</param>
/// <param name="ClassWeights">What a row of each class counts in the loss.</param>
internal sealed record ProbeHead(int Number, ProbeOptions Options, int Features, int Label, int Classes, float[] ClassWeights)
{
    /// <summary>What a row of each class counts.</summary>
    /// <param name="options">Which weighting.</param>
    /// <param name="counts">Rows of each class.</param>
    public static float[] Weights(ProbeOptions options, IReadOnlyList<long> counts) => options.ClassWeighting switch
    {
        ClassWeighting.Balanced => [.. counts.Select(count => count == 0 ? 1 : (float)(counts.Sum() / ((double)counts.Count * count)))],
        ClassWeighting.Given => [.. options.ClassWeights.Select(weight => (float)weight)],
        _ => [.. counts.Select(_ => 1f)],
    };

    /// <summary>Whether two probes may stand in one matrix: both linear, over the same features, trained the same way.</summary>
    public bool JoinsWith(ProbeHead other) =>
        Options is LinearProbeOptions && other.Options is LinearProbeOptions && Features == other.Features
        && Options.LearningRate.Equals(other.Options.LearningRate) && Options.WeightDecay.Equals(other.Options.WeightDecay)
        && Options.Schedule == other.Options.Schedule;
}

using MlNetLlm.Scoring;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>What one arm of the main job ended with.</summary>
/// <param name="Name">For example svf-mlp.</param>
/// <param name="TrainableParameters">Scalars that were trained.</param>
/// <param name="LearningRate">The rate chosen on validation, or null for the base model.</param>
/// <param name="ValidationNats">Nats a token on validation with that rate.</param>
/// <param name="Seconds">Training time of the chosen run.</param>
/// <param name="PeakMemoryMiB">Largest resident memory while the arm trained.</param>
/// <param name="NewDomain">Row scores on the held-out text of the new domain.</param>
/// <param name="OldDomain">Row scores on text of the old domain.</param>
public sealed record Arm(
    string Name,
    long TrainableParameters,
    double? LearningRate,
    double ValidationNats,
    double Seconds,
    double PeakMemoryMiB,
    IReadOnlyList<TextScore> NewDomain,
    IReadOnlyList<TextScore> OldDomain)
{
    /// <summary>What an arm is measured on.</summary>
    internal static IReadOnlyList<string> Splits { get; } = ["new-domain", "old-domain"];

    /// <summary>The row scores of a split.</summary>
    public IReadOnlyList<TextScore> On(string split) => split switch
    {
        "new-domain" => NewDomain,
        "old-domain" => OldDomain,
        _ => throw new ArgumentException($"Unknown split '{split}'. Known: {string.Join(", ", Splits)}."),
    };
}

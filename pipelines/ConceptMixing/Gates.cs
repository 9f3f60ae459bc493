using System.Globalization;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>A gate of the autoencoder: what was measured on V, and whether it is on the right side of its bound.</summary>
/// <param name="Name">What is measured.</param>
/// <param name="Value">The value.</param>
/// <param name="Bound">The bound.</param>
/// <param name="AtMost">Whether the bound is the largest value that passes, and not the least.</param>
internal sealed record Gate(string Name, double Value, double Bound, bool AtMost)
{
    /// <summary>Whether it is passed; a value that is no number is not.</summary>
    public bool Passed => AtMost ? Value <= Bound : Value >= Bound;

    /// <summary>In words.</summary>
    public string Text => string.Create(
        CultureInfo.InvariantCulture, $"{Name} is {Value:G3}, {(AtMost ? "at most" : "at least")} {Bound:G3} needed");
}

/// <summary>What an autoencoder and its labels must be on V before a claim about its concepts is judged.</summary>
internal static class Gates
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Gate> Of(GateOptions gates, AutoencoderResult autoencoder, LabelResult labels, int latents) =>
    [
        new("variance unexplained", autoencoder.VarianceUnexplained, gates.VarianceUnexplained, AtMost: true),
        new("share of dead latents", autoencoder.DeadShare, gates.DeadShare, AtMost: true),
        new("share of the ablation's loss recovered", autoencoder.LossRecovered ?? double.NaN, gates.LossRecovered, AtMost: false),
        new("effective labels as a share of the latents", labels.EffectiveConcepts / latents, gates.EffectiveLabelShare, AtMost: false),
        new("largest share of positions with one label", labels.LargestShare, gates.LargestLabelShare, AtMost: true),
    ];
}

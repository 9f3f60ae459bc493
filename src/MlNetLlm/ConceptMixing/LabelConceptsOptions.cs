using System.Globalization;
using MlNetLlm.Training;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Options of labelling text with concepts (Tack et al. 2025, section 3 and equation 1). Where paper and released code differ, the default
/// is the code.
/// </summary>
public sealed record LabelConceptsOptions : ICheckedOptions
{
    /// <summary>The column with the text.</summary>
    /// <value>Text.</value>
    public string TextColumn { get; init; } = "Text";

    /// <summary>
    /// Tokens of a window; 2 or more. Windows are fixed and do not overlap: those that a model pre-trained with this SequenceLength reads.
    /// </summary>
    /// <value>128.</value>
    public int SequenceLength { get; init; } = 128;

    /// <summary>K_a: labels a position has at most; 1 or more. The first of them are what fewer would be.</summary>
    /// <value>4, in 8 bytes.</value>
    public int LabelsPerToken { get; init; } = 4;

    /// <summary>The kinds of labels to store side by side; they share the passes through the teacher.</summary>
    /// <value>Plus, Minus, Abs, Activation.</value>
    public IReadOnlyList<ConceptLabelKind> Kinds { get; init; } =
        [ConceptLabelKind.Plus, ConceptLabelKind.Minus, ConceptLabelKind.Abs, ConceptLabelKind.Activation];

    /// <summary>Which predictions a hidden state is held responsible for.</summary>
    /// <value>AllLaterTokens.</value>
    public ConceptGradient Gradient { get; init; } = ConceptGradient.AllLaterTokens;

    /// <summary>Which latents may become labels.</summary>
    /// <value>Active.</value>
    public ConceptCandidates Candidates { get; init; } = ConceptCandidates.Active;

    /// <summary>
    /// Whether the teacher goes on with what the autoencoder gives back, as equation 1 has it, and not with the hidden state itself.
    /// </summary>
    /// <remarks>Departure from equation 1: all positions of the window are replaced at once, not one at a time.</remarks>
    /// <value>false.</value>
    public bool Patched { get; init; }

    /// <summary>Windows that go through the teacher together; 1 or more.</summary>
    /// <value>16.</value>
    public int BatchWindows { get; init; } = 16;

    /// <summary>Windows after which finished labels are safe on the disk; 1 or more.</summary>
    /// <value>1024.</value>
    public int CheckpointWindows { get; init; } = 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (LabelsPerToken < 1) yield return $"LabelsPerToken is {LabelsPerToken}; expected 1 or more.";
        if (Kinds.Count == 0) yield return "Kinds is empty; expected at least one kind of labels.";
        foreach (var kind in Kinds.GroupBy(kind => kind).Where(same => same.Count() > 1 || !Enum.IsDefined(same.Key)))
            yield return $"Kinds has {kind.Key} {kind.Count()} time(s); expected {Names<ConceptLabelKind>()}, each once at most.";
        if (!Enum.IsDefined(Gradient)) yield return $"Gradient is {Gradient}; expected {Names<ConceptGradient>()}.";
        if (!Enum.IsDefined(Candidates)) yield return $"Candidates is {Candidates}; expected {Names<ConceptCandidates>()}.";
        if (CheckpointWindows < 1) yield return $"CheckpointWindows is {CheckpointWindows}; expected 1 or more.";
        if (BatchWindows < 1) yield return $"BatchWindows is {BatchWindows}; expected 1 or more.";
        foreach (var fault in Reading().Faults()) yield return fault;
    }

    /// <summary>How the windows are read: as pre-training reads them.</summary>
    internal WindowReading Reading() => new() { TextColumn = TextColumn, SequenceLength = SequenceLength };

    /// <summary>What of these options the labels depend on, in words.</summary>
    internal string Identity() => string.Create(
        CultureInfo.InvariantCulture,
        $"labels {LabelsPerToken} of {string.Join(",", Kinds)}, windows {SequenceLength}, gradient {Gradient}, "
        + $"candidates {Candidates}, patched {Patched}");

    private static string Names<TEnum>() where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}

/// <summary>The options that say how text is cut into windows.</summary>
internal sealed record WindowReading : TrainingOptions
{
    public override double LearningRate { get; init; } = 1;
}

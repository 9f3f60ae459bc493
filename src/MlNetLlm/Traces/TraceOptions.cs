using MlNetLlm.Karel;

namespace MlNetLlm.Traces;

/// <summary>What a trace data set records of a model.</summary>
public sealed record TraceOptions : ICheckedOptions
{
    /// <summary>How the model reads tasks.</summary>
    public required KarelReading Reading { get; init; }

    /// <summary>Whose programs are run.</summary>
    /// <value>Written.</value>
    public TracePrograms Programs { get; init; } = TracePrograms.Written;

    /// <summary>
    /// Which state is the vector: 0 = the embeddings, n = after layer n (the last one after the final norm); null = the mean of all of
    /// these levels, as in the released code.
    /// </summary>
    /// <value>null.</value>
    public int? Level { get; init; }

    /// <summary>The meanings whose states become labels.</summary>
    /// <value>The original one.</value>
    public IReadOnlyList<KarelSemantics> Semantics { get; init; } = [KarelSemantics.Original];

    /// <summary>Which states label a vector: 0 = the one after the operation it emits, 1 = the next, -1 = the one before.</summary>
    /// <value>-2 to 2, as in the paper.</value>
    public IReadOnlyList<int> Offsets { get; init; } = [-2, -1, 0, 1, 2];

    /// <summary>Operations of the longest program that the model may write; 1 to 15.</summary>
    /// <value>10.</value>
    public int MaxOperations { get; init; } = 10;

    /// <summary>
    /// Shows the prompt of the task so many places further on (round the end) instead of a program's own: hidden states of the same
    /// program under another specification, a control. 0 = its own.
    /// </summary>
    /// <value>0.</value>
    public int PromptShift { get; init; }

    /// <summary>Tasks that a pass takes.</summary>
    /// <value>256.</value>
    public int BatchSize { get; init; } = 256;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (!Enum.IsDefined(Programs))
            yield return $"Programs is {Programs}; expected {string.Join(", ", Enum.GetNames<TracePrograms>())}.";
        if (Level < 0) yield return $"Level is {Level}; expected 0 or more, or null.";
        if (Semantics.Count == 0) yield return "Semantics is empty; expected at least one meaning.";
        if (Semantics.Select(meaning => meaning.Name).Distinct().Count() < Semantics.Count)
            yield return $"Semantics are {string.Join(", ", Semantics.Select(meaning => meaning.Name))}; expected each once.";
        if (Offsets.Count == 0 || Offsets.Distinct().Count() < Offsets.Count)
            yield return $"Offsets are {string.Join(", ", Offsets)}; expected at least one, each once.";
        if (MaxOperations is < 1 or > KarelWorld.MarkerLimit)
            yield return $"MaxOperations is {MaxOperations}; expected 1 to {KarelWorld.MarkerLimit}.";
        if (PromptShift < 0) yield return $"PromptShift is {PromptShift}; expected 0 or more.";
        if (BatchSize < 1) yield return $"BatchSize is {BatchSize}; expected 1 or more.";
    }
}

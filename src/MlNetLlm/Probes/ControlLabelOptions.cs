namespace MlNetLlm.Probes;

/// <summary>Which label a control task replaces, and what its labels hang on.</summary>
public sealed record ControlLabelOptions : ICheckedOptions
{
    /// <summary>The key column with the real label: gives the classes and how frequent they are.</summary>
    /// <value>"Label".</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>
    /// The column whose value decides the control label, such as a token or the signature of a trace (text, a whole number or a key): rows
    /// with the same value have the same control label. Null: every row has its own, so that there is nothing to learn (shuffled labels).
    /// </summary>
    /// <value>null.</value>
    public string? KindColumn { get; init; }

    /// <summary>The column to add, a key with the label's values.</summary>
    /// <value>"Control".</value>
    public string OutputColumn { get; init; } = "Control";

    /// <summary>Another seed gives another assignment.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(LabelColumn)) yield return "LabelColumn is empty; expected a column's name.";
        if (KindColumn is not null && string.IsNullOrWhiteSpace(KindColumn))
            yield return "KindColumn is empty; expected a column's name, or null.";
        if (string.IsNullOrWhiteSpace(OutputColumn)) yield return "OutputColumn is empty; expected a column's name.";
    }
}

namespace MlNetLlm.SparseAutoencoders;

/// <summary>Which column of hidden states to encode, and the columns to add.</summary>
public sealed record SparseCodeColumns : ICheckedOptions
{
    /// <summary>The column with the hidden states, a vector of Single.</summary>
    /// <value>Features, what HiddenStates adds.</value>
    public string FeaturesColumn { get; init; } = "Features";

    /// <summary>The vector column to add.</summary>
    /// <value>Activations.</value>
    public string OutputColumn { get; init; } = "Activations";

    /// <summary>What it holds.</summary>
    /// <value>Activations.</value>
    public SparseCodeOutput Output { get; init; } = SparseCodeOutput.Activations;

    /// <summary>The column to add with the numbers of the active latents, the strongest first: Int32, as many as are active.</summary>
    /// <value>Latents.</value>
    public string LatentsColumn { get; init; } = "Latents";

    /// <summary>The column to add with their activations, in the same order.</summary>
    /// <value>Strengths.</value>
    public string StrengthsColumn { get; init; } = "Strengths";

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        (string Name, string Column)[] names =
        [
            (nameof(FeaturesColumn), FeaturesColumn), (nameof(OutputColumn), OutputColumn), (nameof(LatentsColumn), LatentsColumn),
            (nameof(StrengthsColumn), StrengthsColumn),
        ];
        foreach (var (name, column) in names)
            if (string.IsNullOrWhiteSpace(column)) yield return $"Columns.{name} is empty; expected a column's name.";
        foreach (var same in names.Skip(1).GroupBy(item => item.Column).Where(group => group.Count() > 1))
            yield return $"Columns.{string.Join(" and Columns.", same.Select(item => item.Name))} are all '{same.Key}'; "
                + "expected different ones.";
        if (!Enum.IsDefined(Output))
            yield return $"Columns.Output is {Output}; expected {string.Join(", ", Enum.GetNames<SparseCodeOutput>())}.";
    }
}

namespace MlNetLlm.Importance;

/// <summary>What all steps share that read labelled questions to measure a model on: which columns, which rows, which loss.</summary>
/// <remarks>
/// The rows of each data set are put into an order that depends on seed and data set alone, and a range of it is read. Ranges of one seed
/// that do not overlap are samples without a row in common, such as the two halves of a reliability check.
/// </remarks>
public abstract record CalibrationOptions : ICheckedOptions
{
    /// <summary>The text column with the prompt.</summary>
    /// <value>"Prompt".</value>
    public string PromptColumn { get; init; } = "Prompt";

    /// <summary>The text column with the right answer, its separating space included.</summary>
    /// <value>null: the label says which of the continuations is right.</value>
    public string? AnswerColumn { get; init; }

    /// <summary>
    /// The column with a vector of texts: for each choice what follows the prompt. Not read where an answer column is set.
    /// </summary>
    /// <value>"Continuations".</value>
    public string ContinuationsColumn { get; init; } = "Continuations";

    /// <summary>The key column with the right choice. Not read where an answer column is set.</summary>
    /// <value>"Label".</value>
    public string LabelColumn { get; init; } = "Label";

    /// <summary>The text column with the name of the data set that a row belongs to.</summary>
    /// <value>null: all rows are one data set, unless the step says otherwise.</value>
    public virtual string? DataSetColumn { get; init; }

    /// <summary>Rows read of each data set at most; 0 = all.</summary>
    /// <value>64, unless the step says otherwise.</value>
    public virtual int RowsPerDataSet { get; init; } = 64;

    /// <summary>Rows of each data set left out before, in its order; 0 or more.</summary>
    /// <value>0.</value>
    public int SkipRows { get; init; }

    /// <summary>Decides the order of each data set's rows.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>What the loss is taken of.</summary>
    /// <value><see cref="CalibrationLoss.Answer"/>.</value>
    public CalibrationLoss Loss { get; init; }

    /// <summary>Tokens of a batch at most, padding included; at least 1. A single longer row still runs by itself.</summary>
    /// <value>2048.</value>
    public int BatchTokens { get; init; } = 2048;

    /// <summary>Every fault of these options, each with the value received and what was expected. A step's record adds its own.</summary>
    /// <returns>One sentence a fault; none when the options are sound.</returns>
    public virtual IEnumerable<string> Faults()
    {
        if (string.IsNullOrEmpty(PromptColumn)) yield return "PromptColumn is empty; expected a column's name.";
        if (AnswerColumn == "") yield return "AnswerColumn is empty; expected a column's name, or null.";
        if (string.IsNullOrEmpty(ContinuationsColumn)) yield return "ContinuationsColumn is empty; expected a column's name.";
        if (string.IsNullOrEmpty(LabelColumn)) yield return "LabelColumn is empty; expected a column's name.";
        if (DataSetColumn == "") yield return "DataSetColumn is empty; expected a column's name, or null.";
        if (RowsPerDataSet < 0) yield return $"RowsPerDataSet is {RowsPerDataSet}; expected 1 or more, or 0 for all.";
        if (SkipRows < 0) yield return $"SkipRows is {SkipRows}; expected 0 or more.";
        if (!Enum.IsDefined(Loss)) yield return $"Loss is {Loss}; expected {string.Join(", ", Enum.GetNames<CalibrationLoss>())}.";
        if (BatchTokens < 1) yield return $"BatchTokens is {BatchTokens}; expected 1 or more.";
    }
}

namespace MlNetLlm.Data;

/// <summary>
/// Names the columns of data whose rows are tokens already: sequences with a prompt that is read and not learnt, and, where the model has
/// a table of features, features attached to tokens.
/// </summary>
public sealed record TokenColumns
{
    /// <summary>The tokens of prompt and rest together: a vector of Int32.</summary>
    /// <value>"Tokens".</value>
    public string Tokens { get; init; } = "Tokens";

    /// <summary>How many of the tokens are prompt: Int32.</summary>
    /// <value>"PromptLength".</value>
    public string PromptLength { get; init; } = "PromptLength";

    /// <summary>The features of all tokens end to end: a vector of Int32; null = the tokens have none.</summary>
    /// <value>null.</value>
    public string? Features { get; init; }

    /// <summary>
    /// Where the features of token 0, 1, … start: a vector of Int32, ascending. The last ones reach to the end; later tokens have none.
    /// </summary>
    /// <value>"FeatureOffsets"; ignored without <see cref="Features"/>.</value>
    public string FeatureOffsets { get; init; } = "FeatureOffsets";
}

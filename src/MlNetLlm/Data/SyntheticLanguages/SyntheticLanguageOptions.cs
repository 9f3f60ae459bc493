namespace MlNetLlm.Data.SyntheticLanguages;

/// <summary>What makes one synthetic language different from another.</summary>
public sealed record SyntheticLanguageOptions : ICheckedOptions
{
    /// <summary>Seed of the spelling and of all that is drawn.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>The order of words.</summary>
    /// <value>All switches off.</value>
    public WordOrder Order { get; init; } = new();

    /// <summary>By how many places the ranks of frequency are shifted among words that could stand in one place; 0 or more.</summary>
    /// <value>0.</value>
    public int RankRotation { get; init; }

    /// <summary>Words of a block; with the begin symbol one more token. 2 or more.</summary>
    /// <value>23.</value>
    public int BlockWords { get; init; } = 23;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (RankRotation < 0) yield return $"RankRotation is {RankRotation}; expected 0 or more.";
        if (BlockWords < 2) yield return $"BlockWords is {BlockWords}; expected 2 or more.";
    }
}

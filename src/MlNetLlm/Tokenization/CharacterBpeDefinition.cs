namespace MlNetLlm.Tokenization;

/// <summary>Where a space is put in front of a text, or of the parts between added tokens.</summary>
internal enum SpacePrefix
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>In front of the text, unless it begins with a space.</summary>
    First,

    /// <summary>In front of every part that does not begin with a space.</summary>
    WhereNone,

    /// <summary>In front of every part.</summary>
    Always,
}

/// <summary>All that makes a <see cref="CharacterBpeTokenizer"/>.</summary>
internal sealed record CharacterBpeDefinition
{
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Pairs of ids and the id of what they become, the pair that merges first in front.</summary>
    public required IReadOnlyList<(int Left, int Right, int Merged)> Merges { get; init; }

    public required IReadOnlyList<AddedToken> Added { get; init; }

    /// <summary>Ids of the 256 bytes.</summary>
    public required int[] Bytes { get; init; }

    public SpacePrefix Prefix { get; init; }

    /// <summary>Nothing merges over the start of a word, which each space is.</summary>
    public bool SplitsWords { get; init; }

    public SpecialTokens Special { get; init; } = SpecialTokens.None;

    /// <summary>The content of the file.</summary>
    public ReadOnlyMemory<byte> File { get; init; }
}

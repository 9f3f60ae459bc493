namespace MlNetLlm.Tokenization;

/// <summary>All that makes a byte-level byte-pair tokenizer, whatever file or training it comes from.</summary>
internal sealed record BpeDefinition
{
    /// <summary>Tokens, spelled in <see cref="ByteAlphabet"/>, and their ids. Added tokens may or may not be among them.</summary>
    public required IReadOnlyDictionary<string, int> Vocabulary { get; init; }

    /// <summary>Pairs of ids and the id of what they become, the pair that merges first in front.</summary>
    public required IReadOnlyList<(int Left, int Right, int Merged)> Merges { get; init; }

    public IReadOnlyList<AddedToken> Added { get; init; } = [];

    public IReadOnlyList<TextNormalizer> Normalizers { get; init; } = [];

    public WordSplitter Splitter { get; init; } = new([new SplitRule(SplitPattern.Gpt2, SplitBehavior.Isolated)]);

    /// <summary>A space is put in front of a text that does not begin with one.</summary>
    public bool AddPrefixSpace { get; init; }

    /// <summary>A word that is a token stays whole, whether merges lead to it or not.</summary>
    public bool IgnoreMerges { get; init; }

    /// <summary>Id for bytes that have no token.</summary>
    public int? Unknown { get; init; }

    public SpecialTokens Special { get; init; } = SpecialTokens.None;
}

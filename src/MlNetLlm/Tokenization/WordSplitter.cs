namespace MlNetLlm.Tokenization;

/// <summary>Cuts a text into the words that are encoded one by one: rules, each applied to the pieces of the one before.</summary>
internal sealed class WordSplitter(IReadOnlyList<SplitRule> rules)
{
    /// <summary>The rules, to be written to a file again.</summary>
    public IReadOnlyList<SplitRule> Rules => rules;

    /// <summary>The words of a text, in order; what a rule removes is in none of them.</summary>
    public List<(int Start, int Length)> Split(ReadOnlySpan<char> text)
    {
        var pieces = new List<(int Start, int Length)> { (0, text.Length) };
        foreach (var rule in rules)
        {
            var finer = new List<(int Start, int Length)>(pieces.Count * 2);
            foreach (var (start, length) in pieces)
                rule.Split(text.Slice(start, length), start, finer);
            pieces = finer;
        }
        return pieces;
    }
}

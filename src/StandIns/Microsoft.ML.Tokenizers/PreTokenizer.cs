namespace Microsoft.ML.Tokenizers;

/// <summary>Cuts a text into the pieces that are tokenized one by one.</summary>
public abstract class PreTokenizer
{
    protected PreTokenizer()
    {
    }

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(string text);

    public abstract IEnumerable<(int Offset, int Length)> PreTokenize(ReadOnlySpan<char> text);
}

/// <summary>Rewrites a text before it is tokenized.</summary>
public abstract class Normalizer
{
    protected Normalizer()
    {
    }

    public abstract string Normalize(string original);

    public abstract string Normalize(ReadOnlySpan<char> original);
}

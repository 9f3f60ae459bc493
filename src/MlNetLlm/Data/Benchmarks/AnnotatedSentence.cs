namespace MlNetLlm.Data.Benchmarks;

/// <summary>A sentence of a treebank.</summary>
internal sealed record AnnotatedSentence(string? Id, string Text, IReadOnlyList<AnnotatedWord> Words)
{
    public IReadOnlyList<T> Column<T>(Func<AnnotatedWord, T> value) => [.. Words.Select(value)];
}

/// <summary>A syntactic word; <paramref name="Start"/> and <paramref name="Length"/> say where it stands in the sentence's text.</summary>
internal sealed record AnnotatedWord(
    string Form, string Lemma, string Upos, string Xpos, string Features, int Head, string Relation, int Start, int Length);

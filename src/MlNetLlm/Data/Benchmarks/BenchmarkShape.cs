namespace MlNetLlm.Data.Benchmarks;

/// <summary>What the rows of a benchmark are.</summary>
public enum BenchmarkShape
{
    /// <summary>A question with choices, one of them right: read by <see cref="MultipleChoiceReader"/>.</summary>
    MultipleChoice,

    /// <summary>A prompt with the text that should follow: read by <see cref="GenerationReader"/>.</summary>
    Generation,

    /// <summary>Sentences with a tag for each word: read by <see cref="ConlluReader"/>.</summary>
    Sentences,
}

using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Where languages come from.</summary>
internal interface ILanguages
{
    /// <summary>Language 1 of a seed, with text and tasks to train on.</summary>
    LanguageData First(int seed);

    /// <summary>A new language of a seed, with text to learn its words from and tasks to be scored on.</summary>
    LanguageData New(string name, int seed);

    /// <summary>The data behind them, for the record.</summary>
    IEnumerable<RunData> Describe();
}

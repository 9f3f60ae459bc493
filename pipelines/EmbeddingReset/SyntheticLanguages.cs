using Microsoft.ML;
using MlNetLlm.Data.SyntheticLanguages;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Generated languages, drawn anew for every pre-training seed. The tasks: tagging (the class of each word), agreement (whether a word fits
/// what it agrees with; half do not) and topics (whether two half-blocks have one topic).
/// </summary>
internal sealed class SyntheticLanguages(MLContext ml, SectionOptions options, int runSeed) : ILanguages
{
    private const long ValidationStart = 10_000_000;
    private const long TrainStart = 20_000_000;
    private const long TestStart = 30_000_000;

    /// <inheritdoc/>
    public LanguageData First(int seed)
    {
        var language = SyntheticLanguage.AtDistance(0, Seed(seed, 0));
        return Data("first", 0, language, options.Pretraining.TextRows, withTraining: true) with
        {
            Validation = SyntheticData.Tagged(language, options.Pretraining.ValidationRows, ValidationStart),
        };
    }

    /// <inheritdoc/>
    public LanguageData New(string name, int seed)
    {
        if (name is not ['d', >= '0' and <= '4' and var digit])
            throw new ArgumentException($"Unknown synthetic language '{name}'. Known: d0, d1, d2, d3, d4, by their distance.");
        var distance = digit - '0';
        var language = SyntheticLanguage.AtDistance(distance, Seed(seed, 1 + distance));
        var rows = options.Budgets[^1] / (language.Options.BlockWords + 1) + 1;
        return Data(name, distance, language, rows, withTraining: false);
    }

    /// <inheritdoc/>
    public IEnumerable<RunData> Describe() =>
        [new RunData($"synthetic languages ({options.Name})", "", options.Pretraining.TextRows, "generated")];

    private LanguageData Data(string name, int distance, SyntheticLanguage language, long textRows, bool withTraining)
    {
        var (train, test) = (options.Task.TrainRows, options.Task.TestRows);
        return new LanguageData(
            name, distance, language.Tokenizer, language.Tokenizer.Special, SyntheticData.Tagged(language, textRows), null,
            options.Tasks.ToDictionary(task => task, task => task switch
            {
                "tagging" => Task(TaskKind.Tagging,
                    (rows, start) => Words(SyntheticData.Tagged(language, rows, start), SyntheticColumns.Tags)),
                "agreement" => Task(TaskKind.Tagging,
                    (rows, start) => Words(SyntheticData.WithMisfits(language, rows, start), SyntheticColumns.Agreement)),
                "topics" => Task(TaskKind.Classification, (rows, start) => Label(SyntheticData.TopicPairs(language, rows, start))),
                _ => throw new ArgumentException($"Unknown task '{task}'. Known: tagging, agreement, topics."),
            }));

        TaskData Task(TaskKind kind, Func<long, long, IDataView> rows) =>
            new(kind, withTraining ? rows(train, TrainStart) : null, rows(test, TestStart));
    }

    private static IDataView Words(IDataView sentences, string labels) => WordRows.Of(sentences, labelsColumn: labels);

    private IDataView Label(IDataView pairs) =>
        ml.Transforms.CopyColumns("Label", SyntheticColumns.Topics).Fit(pairs).Transform(pairs);

    private int Seed(int seed, int language) => (runSeed * 1000 + seed) * 10 + language;
}

using Microsoft.ML;
using MlNetLlm.Data.SyntheticLanguages;
using MlNetLlm.TaskAdaptation;

// The rows of a generated language: its text, and labelled rows of each task that none of its text has.
internal static class Languages
{
    // Language 1 of a seed.
    public static SyntheticLanguage First(int seed) => SyntheticLanguage.AtDistance(0, Seed(seed, 0));

    // A new language at a distance from it.
    public static SyntheticLanguage New(int distance, int seed) => SyntheticLanguage.AtDistance(distance, Seed(seed, 1 + distance));

    public static TaskKind Kind(string task) => task == "topics" ? TaskKind.Classification : TaskKind.Tagging;

    public static IDataView Text(SyntheticLanguage language) =>
        SyntheticData.Tagged(language, (Values.Budgets[^1] / (language.Options.BlockWords + 1)) + 1);

    public static IDataView Train(MLContext ml, SyntheticLanguage language, string task) =>
        Rows(ml, language, task, Values.TrainRows, 20_000_000);

    public static IDataView Test(MLContext ml, SyntheticLanguage language, string task) =>
        Rows(ml, language, task, Values.TestRows, 30_000_000);

    private static int Seed(int seed, int language) => (((Values.Seed * 1000) + seed) * 10) + language;

    private static IDataView Rows(MLContext ml, SyntheticLanguage language, string task, long count, long start)
    {
        if (task == "tagging")
            return WordRows.Of(SyntheticData.Tagged(language, count, start), labelsColumn: SyntheticColumns.Tags);
        if (task == "agreement")
            return WordRows.Of(SyntheticData.WithMisfits(language, count, start), labelsColumn: SyntheticColumns.Agreement);
        var pairs = SyntheticData.TopicPairs(language, count, start);
        return ml.Transforms.CopyColumns("Label", SyntheticColumns.Topics).Fit(pairs).Transform(pairs);
    }
}

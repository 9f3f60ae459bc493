using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// Real languages from the data catalogue. English: novels and the English Web Treebank as text; part-of-speech tags as the task, learned
/// from the first 500 sentences of the parallel treebank and from a spoken one, whose tags have the same guidelines as the new languages'
/// (those of the Web Treebank here are older). New languages: the first 500 sentences of their parallel treebank and their XQuAD paragraphs
/// as text, the other 500 sentences as test; "en-atis" is another domain of English instead (questions about flights). Tokenizers are
/// learned from a language's own text alone.
/// </summary>
internal sealed class TreebankLanguages(MLContext ml, SectionOptions options, CancellationToken cancellation) : ILanguages
{
    private const int UnlabelledSentences = 500;
    private const string Domain = "en-atis";

    private readonly Dictionary<string, LanguageData> _made = [];

    /// <inheritdoc/>
    public LanguageData First(int seed) => Kept("first", () =>
    {
        var (web, test) = (English("validation"), English("test"));
        var novels = TextRows.Of(TextFiles.Read(DatasetCatalog.Default.Find("standardebooks"), TextUnit.Paragraph))
            .Take(options.Pretraining.TextRows);
        var news = Take(Parallel("en"), Math.Min(UnlabelledSentences, options.Task.TrainRows));
        var more = options.Task.TrainRows - UnlabelledSentences;
        IDataView[] tagged = more > 0 ? [news, Take(Read("ud", "train", "eslspok", "en"), more)] : [news];
        return Make("en", 0, TextRows.Of(web).Concat(novels), TextRows.Of(test).Take(options.Pretraining.ValidationRows),
            TaggedWords.Of(ml, tagged), ml.Data.SkipRows(Parallel("en"), UnlabelledSentences));
    });

    /// <inheritdoc/>
    public LanguageData New(string name, int seed) => Kept(name, () =>
    {
        var english = TagTrigrams.Of(Parallel("en"));
        if (name == Domain)
        {
            var (flights, questions) = (Read("ud", "train", "atis", "en"), Read("ud", "test", "atis", "en"));
            return Make(name, TagTrigrams.JensenShannon(english, TagTrigrams.Of(questions)), TextRows.Of(flights), null, null, questions);
        }
        var sentences = Parallel(name);
        var text = TextRows.Of(Take(sentences, UnlabelledSentences)).Concat(Paragraphs(name));
        return Make(name, TagTrigrams.JensenShannon(english, TagTrigrams.Of(sentences)), text, null, null,
            ml.Data.SkipRows(sentences, UnlabelledSentences));
    });

    /// <inheritdoc/>
    public IEnumerable<RunData> Describe() => new[] { "ud", "ud_pud", "ud_english_2015", "standardebooks", "xquad" }
        .Select(name => new RunData(name, DatasetCatalog.Default.Find(name).Sha256, 0, "catalog"));

    private LanguageData Make(
        string name, double distance, IEnumerable<string> text, IEnumerable<string>? validation, IDataView? train, IDataView test)
    {
        var tokenizer = TrainedTokenizer.Learn(text, options.VocabularySize, cancellation);
        if (options.Tasks is not ["tagging"])
            throw new ArgumentException($"Treebanks have one task, tagging; Tasks are {string.Join(", ", options.Tasks)}.");
        return new LanguageData(
            name, distance, tokenizer, TrainedTokenizer.Special, TextRows.View(ml, text),
            validation is null ? null : TextRows.View(ml, validation), new Dictionary<string, TaskData>
            {
                ["tagging"] = new(TaskKind.Tagging, train, WordRows.Of(Take(test, options.Task.TestRows))),
            });
    }

    private IDataView Take(IDataView rows, int count) => ml.Data.TakeRows(rows, count);

    private static IDataView English(string split) => Read("ud_english_2015", split, null, "en");

    private static IDataView Parallel(string language) => Read("ud_pud", "test", null, language);

    private static IDataView Read(string name, string split, string? treebank, string language) => ConlluReader.Read(
        Benchmark.Find(name), DatasetCatalog.Default.Find(name),
        new BenchmarkOptions { Split = split, Subject = treebank, Language = language });

    // Several questions have one paragraph, in a row.
    private static IEnumerable<string> Paragraphs(string language)
    {
        var xquad = Benchmark.Find("xquad") with { Prompt = "{context}" };
        var files = DatasetCatalog.Default.Find(xquad.Dataset);
        if (!files.Files.Any(file => file.StartsWith($"xquad.{language}.", StringComparison.Ordinal))) yield break;
        var last = "";
        foreach (var paragraph in TextRows.Of(GenerationReader.Read(xquad, files, new BenchmarkOptions { Language = language }), "Prompt"))
        {
            if (paragraph != last) yield return paragraph;
            last = paragraph;
        }
    }

    // Real languages are the same for every seed.
    private LanguageData Kept(string name, Func<LanguageData> make) =>
        _made.TryGetValue(name, out var known) ? known : _made[name] = make();
}

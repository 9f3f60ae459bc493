using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>
/// The published set-up from files on this machine: <c>text/en.txt</c>, <c>text/sw.txt</c> … (CC100; documents between blank lines; may be
/// .gz), <c>xnli/multinli.train.en.tsv</c>, <c>xnli/xnli.dev.tsv</c>, and for questions <c>squad/train.json</c>, <c>xquad/xquad.sw.json</c>
/// and <c>mlqa/test-context-ar-question-ar.json</c> in SQuAD's form. A tokenizer is learned from a language's whole text.
/// </summary>
internal sealed class FolderLanguages(MLContext ml, SectionOptions options, CancellationToken cancellation) : ILanguages
{
    private const string English = "en";

    private readonly string _folder = options.Folder!;
    private readonly Dictionary<string, LanguageData> _made = [];

    /// <inheritdoc/>
    public LanguageData First(int seed) => Kept(English, true);

    /// <inheritdoc/>
    public LanguageData New(string name, int seed) => Kept(name, false);

    /// <inheritdoc/>
    public IEnumerable<RunData> Describe() =>
        [new RunData(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_folder))), "", 0, "file")];

    // Real languages are the same for every seed.
    private LanguageData Kept(string name, bool first)
    {
        if (_made.TryGetValue($"{name} {first}", out var known)) return known;
        var text = TextFiles.Read(Existing("text", $"{name}.txt", $"{name}.txt.gz"), TextUnit.Paragraph);
        var tokenizer = TrainedTokenizer.Learn(TextRows.Of(text), options.VocabularySize, cancellation);
        var held = options.Pretraining.ValidationRows;
        return _made[$"{name} {first}"] = new LanguageData(
            name, first ? 0 : 1, tokenizer, TrainedTokenizer.Special, ml.Data.SkipRows(text, held), ml.Data.TakeRows(text, held),
            options.Tasks.ToDictionary(task => task, task => Task(task, name, first)));
    }

    private TaskData Task(string task, string language, bool first) => task switch
    {
        "xnli" => new(TaskKind.Classification,
            first ? Take(XnliFiles.Read(ml, Existing("xnli", "multinli.train.en.tsv"), English), options.Task.TrainRows) : null,
            Take(XnliFiles.Read(ml, Existing("xnli", "xnli.dev.tsv"), language), options.Task.TestRows))
        {
            PairColumn = XnliFiles.SecondColumn,
        },
        "xquad" => Questions(first, "xquad", $"xquad.{language}.json"),
        "mlqa" => Questions(first, "mlqa", $"test-context-{language}-question-{language}.json"),
        _ => throw new ArgumentException($"Unknown task '{task}'. Known: xnli, xquad, mlqa."),
    };

    private TaskData Questions(bool first, string folder, string test)
    {
        _ = Existing(folder, test, $"{test}.gz");
        if (first) _ = Existing("squad", "train.json", "train.json.gz");
        return new TaskData(
            TaskKind.Tagging, first ? AnswerWords.Read(ml, Path.Combine(_folder, "squad"), "train.json") : null,
            AnswerWords.Read(ml, Path.Combine(_folder, folder), test)) { F1Of = AnswerWords.Answer };
    }

    private IDataView Take(IDataView rows, int count) => ml.Data.TakeRows(rows, count);

    private string Existing(string folder, params string[] names) =>
        names.Select(name => Path.Combine(_folder, folder, name)).FirstOrDefault(File.Exists) ?? throw new FileNotFoundException(
            $"'{Path.Combine(_folder, folder)}' has no {string.Join(" or ", names)}. The README of this experiment lists the files.");
}

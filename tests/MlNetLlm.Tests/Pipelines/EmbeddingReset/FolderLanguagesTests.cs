using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

/// <summary>The published set-up, on a folder of a few lines and a body of a few numbers.</summary>
public sealed class FolderLanguagesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open() => _folder = new TemporaryFolder();

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void Read_OfXnli_TakesBothForms()
    {
        Write("nli/train.tsv", "premise\thypo\tlabel\nA man sleeps.\tHe rests.\tentailment\nIt rains.\tIt is dry.\tcontradictory\n");
        Write("nli/dev.tsv", "language\tgold_label\tsentence1\tsentence2\nsw\tneutral\tMoja\tMbili\nen\tentailment\tOne\tTwo\n");
        var ml = new MLContext();
        Assert.That(Pairs(XnliFiles.Read(ml, Path("nli/train.tsv"), "en")),
            Is.EqualTo(new[] { "A man sleeps.|He rests.|entailment", "It rains.|It is dry.|contradiction" }));
        Assert.That(Pairs(XnliFiles.Read(ml, Path("nli/dev.tsv"), "sw")), Is.EqualTo(new[] { "Moja|Mbili|neutral" }));
    }

    [Test]
    public void Read_OfXnliWithoutAColumn_NamesIt()
    {
        Write("nli/bad.tsv", "premise\tlabel\nA\tneutral\n");
        Assert.That(() => Pairs(XnliFiles.Read(new MLContext(), Path("nli/bad.tsv"), "en")),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("hypo or sentence1").Or.Message.Contains("hypo or sentence2"));
    }

    [Test]
    public void Read_OfQuestions_LabelsTheAnswersWords()
    {
        Write("qa/test.json", Squad("Who slept ?", "The old man slept there .", "old man"));
        var rows = new MLContext().Data.CreateEnumerable<WordRow>(
            AnswerWords.Read(new MLContext(), Path("qa"), "test.json"), reuseRowObject: false).ToList();
        Assert.That(rows.Select(row => row.Text[row.Start..].Split(' ')[0]),
            Is.EqualTo(new[] { "Who", "slept", "?", "The", "old", "man", "slept", "there", "." }));
        Assert.That(rows.Where(row => row.Label == "answer").Select(row => row.Text[row.Start..].Split(' ')[0]),
            Is.EqualTo(new[] { "old", "man" }));
    }

    [Test]
    public void First_WithoutItsText_SaysWhatIsMissing()
    {
        var options = new SectionOptions
        {
            Name = "paper", Source = SectionSource.Folder, Folder = Path("none"), Arms = ["AF"], Languages = ["sw"], Budgets = [10],
            Tasks = ["xnli"],
        };
        Assert.That(() => new FolderLanguages(new MLContext(), options, CancellationToken.None).First(1),
            Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("en.txt"));
    }

    [Test]
    [Category("Slow")]
    public void PaperPreset_WithATinyBodyAndOneUpdate_RunsToItsEnd()
    {
        WritePaperData();
        var experiment = new ResetExperiment();
        var preset = PresetFile.Load<ResetExperimentOptions>(experiment, "paper", []);
        var tiny = new ResetExperimentOptions
        {
            Primary = preset.Primary, Claims = preset.Claims, BootstrapResamples = 200,
            Sections = [.. preset.Sections.Select(section => section with
            {
                Folder = Path("data"), Device = "cpu", Languages = ["sw"], Seeds = 1, VocabularySize = 300, Budgets = [64],
                Body = section.Body with { Layers = 1, Width = 16, Heads = 2, SequenceLength = 64 },
                Pretraining = section.Pretraining with { Updates = 2, Episodes = 2, BatchSize = 2, ValidationRows = 2, TextRows = 8 },
                Task = section.Task with { Updates = 1, BatchSize = 2, TrainRows = 6, TestRows = 6 },
                Relearning = section.Relearning with { Updates = 1, BatchSize = 2, ScoreAfter = [1] },
            })],
        };
        var sets = PresetFile.ToJson(tiny).AsObject().Where(option => option.Value is not null)
            .Select(option => $"{option.Key}={option.Value!.ToJsonString()}").ToList();
        var context = new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None);
        var result = experiment.Run(new RunRequest("paper", 1, sets, Path("out"), false), context);
        Assert.That(result.Claims.Select(claim => claim.Verdict), Is.All.EqualTo(Verdict.NotTestableHere), "one seed");
        Assert.That(result.Metrics.Where(metric => metric.Split == "first language").Select(metric => metric.Value), Is.All.Not.NaN);
        Assert.That(result.Metrics.Where(metric => metric.Name == "score, update 1").Select(metric => metric.Arm),
            Has.Some.StartsWith("xnli/B9, xnli, sw").And.Some.StartsWith("xquad/AF, xquad, sw").And.Some.StartsWith("mlqa/B0, mlqa, sw"));
    }

    private void WritePaperData()
    {
        foreach (var language in new[] { "en", "sw" })
        {
            Write($"data/text/{language}.txt", string.Concat(
                Enumerable.Range(0, 40).Select(i => $"the {language} cat {i} sat on mat {i % 7}\n\n")));
            Write($"data/xquad/xquad.{language}.json", Squad("Who sat ?", "The cat sat .", "cat"));
            Write($"data/mlqa/test-context-{language}-question-{language}.json", Squad("Who sat ?", "The cat sat .", "cat"));
        }
        Write("data/squad/train.json", Squad("Who ran ?", "A dog ran .", "dog"));
        string[] labels = ["entailment", "neutral", "contradiction"];
        Write("data/xnli/multinli.train.en.tsv", "premise\thypo\tlabel\n" + string.Concat(
            Enumerable.Range(0, 9).Select(i => $"the cat {i} sat\ta cat sat\t{labels[i % 3]}\n")));
        Write("data/xnli/xnli.dev.tsv", "language\tgold_label\tsentence1\tsentence2\n" + string.Concat(
            Enumerable.Range(0, 12).Select(i => $"{(i % 2 == 0 ? "en" : "sw")}\t{labels[i % 3]}\tthe cat sat\ta cat {i}\n")));
    }

    private static string Squad(string question, string context, string answer) =>
        $$"""
        { "data": [ { "title": "t", "paragraphs": [ { "context": "{{context}}", "qas": [ { "id": "1", "question": "{{question}}",
          "answers": [ { "text": "{{answer}}", "answer_start": {{context.IndexOf(answer, StringComparison.Ordinal)}} } ] } ] } ] } ] }
        """;

    private static List<string> Pairs(IDataView view) => [.. new MLContext().Data.CreateEnumerable<PairRow>(view, reuseRowObject: false)
        .Select(row => $"{row.Text}|{row.Second}|{row.Label}")];

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path(name))!);
        File.WriteAllText(Path(name), text);
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.Path, name);

    private sealed class PairRow
    {
        public string Text { get; set; } = "";
        public string Second { get; set; } = "";
        public string Label { get; set; } = "";
    }

    private sealed class WordRow
    {
        public string Text { get; set; } = "";
        public int Start { get; set; }
        public string Label { get; set; } = "";
    }
}

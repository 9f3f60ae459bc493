using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Evaluate;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

public sealed class TaskRunnerTests
{
    private const int Rows = 70;   // three batches, the last one short

    private string _folder = null!;
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [SetUp]
    public void Open() => _folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;

    [TearDown]
    public void Close() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Run_OfChoices_CountsWhatTheModelFindsLikeliest()
    {
        // The answers are what the model itself says, but for every fifth row.
        var task = Choices(withAnswers: false);
        var file = Path.Combine(_folder, "toy_test.jsonl");
        var questions = File.ReadAllLines(file);
        var scored = new MLContext(1).LanguageModels().ScoreChoices(_model, new() { Choices = 3 }).Fit(task.Rows).Transform(task.Rows);
        var predicted = scored.GetColumn<uint>("PredictedLabel").ToList();
        File.WriteAllLines(file, questions.Select((line, i) =>
        {
            var answer = "ABC"[(int)((predicted[i] - 1 + (i % 5 == 0 ? 1u : 0u)) % 3)];
            return line.Replace("\"none\"", $"\"{answer}\"", StringComparison.Ordinal);
        }));

        var result = Run(Choices(written: true), "a");
        Assert.That(result.Shares[0].Name, Is.EqualTo("acc"));
        Assert.That(result.Shares[0].Value, Is.EqualTo(0.8).Within(1e-9));
        Assert.That(result.Shares.Select(s => s.Rows), Is.All.EqualTo(Rows));
        Assert.That(result.Chance, Is.EqualTo(1.0 / 3).Within(1e-12));
        Assert.That(result.Verdict, Is.EqualTo("above chance"));
        Assert.That(result.Cut, Is.EqualTo(7));
    }

    [Test]
    public void Run_OfRowsWithoutAnswers_SaysSo()
    {
        var error = Assert.Throws<InvalidDataException>(() => Run(Choices(withAnswers: false), "a"));
        Assert.That(error!.Message, Does.Contain("no row of split 'test' has an answer"));
    }

    [Test]
    public void Run_WithALimit_TakesTheFirstRows() => Assert.That(Run(Choices(), "a", limit: 10).Rows, Is.EqualTo(10));

    [Test]
    public void Resume_FromAJournalCutAtAnyRecord_GivesTheSame([Values(false, true)] bool generation)
    {
        var task = generation ? Problems() : Choices();
        var expected = Bytes(Run(task, "whole"));
        var records = RecordLog.Read(Path.Combine(_folder, "whole", SampleJournal.FileName)).Records;
        Assert.That(records, Has.Count.GreaterThan(30));
        for (var kept = 0; kept <= records.Count; kept++)
        {
            var folder = $"cut-{kept}";
            Directory.CreateDirectory(Path.Combine(_folder, folder));
            using (var log = RecordLog.Open(FileSystems.Default, Path.Combine(_folder, folder, SampleJournal.FileName)))
                foreach (var record in records.Take(kept)) log.Append(record.Span, toDisk: false);
            if (kept % 2 == 1) Tear(folder);
            Assert.That(Bytes(Run(task, folder, resume: true)), Is.EqualTo(expected), $"{kept} records kept");
            var again = RecordLog.Read(Path.Combine(_folder, folder, SampleJournal.FileName)).Records;
            Assert.That(again.Select(r => Convert.ToHexString(r.Span)), Is.EqualTo(records.Select(r => Convert.ToHexString(r.Span))));
        }
    }

    [Test]
    public void Resume_WithAnotherModel_TakesNoneOfItsSamples()
    {
        var task = Choices();
        using var other = Toy.Model(seed: 2);
        Run(task, "a", model: other);
        Assert.That(Bytes(Run(task, "a", resume: true)), Is.EqualTo(Bytes(Run(task, "b"))));
    }

    [Test]
    public void Open_OfAnEarlierRun_WithoutResume_Refuses()
    {
        Run(Choices(), "a", limit: 3);
        var error = Assert.Throws<InvalidOperationException>(() => SampleJournal.Open(Path.Combine(_folder, "a"), resume: false));
        Assert.That(error!.Message, Does.Contain("3 samples").And.Contain("--resume").And.Contain("--out"));
    }

    [Test]
    public void Run_Cancelled_StopsAndKeepsWhatIsDone()
    {
        using var stop = new CancellationTokenSource();
        using var journal = SampleJournal.Open(Path.Combine(_folder, "a"), resume: false);
        var runner = new TaskRunner(new MLContext(1), _model, journal, null, _ => stop.Cancel(), stop.Token);
        Assert.Throws<OperationCanceledException>(() => runner.Run(Choices()));
        Assert.That(journal.Count, Is.EqualTo(TaskRunner.BatchRows));
    }

    [Test]
    public void Run_OfGeneration_GradesEachRow()
    {
        var task = Problems();
        var options = new GenerationOptions { TextColumn = "Prompt", MaxTokens = 64 };
        var made = new MLContext(1).LanguageModels().Generate(_model, options).Fit(task.Rows).Transform(task.Rows);
        var texts = made.GetColumn<string>("Generated").ToList();
        var answers = made.GetColumn<string>("Answer").ToList();
        var right = texts.Zip(answers, TextAnswer.IsRight).Count(r => r);
        var result = Run(task, "a");
        Assert.That(result.Shares.Single().Value, Is.EqualTo((double)right / Rows).Within(1e-12));
        Assert.That(right, Is.GreaterThan(0).And.LessThan(Rows));
        Assert.That(result.Verdict, Is.Null);
    }

    private TaskResult Run(EvaluationTask task, string folder, bool resume = false, long? limit = null, LanguageModel? model = null)
    {
        using var journal = SampleJournal.Open(Path.Combine(_folder, folder), resume);
        return new TaskRunner(new MLContext(1), model ?? _model, journal, limit).Run(task);
    }

    private static string Bytes(TaskResult result) => System.Text.Encoding.UTF8.GetString(StrictJson.ToBytes(result));

    // A kill in the middle of an append.
    private void Tear(string folder)
    {
        var path = Path.Combine(_folder, folder, SampleJournal.FileName);
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length - 5);
    }

    private EvaluationTask Choices(bool withAnswers = true, bool written = false)
    {
        var random = new Random(1);
        if (!written)
        {
            File.WriteAllLines(Path.Combine(_folder, "toy_test.jsonl"), Enumerable.Range(0, Rows).Select(i => JsonSerializer.Serialize(new
            {
                question = Word(random, i % 10 == 0 ? 20 : 4),
                choices = new[] { Word(random, 3), Word(random, 4), Word(random, 2) },
                labels = new[] { "A", "B", "C" },
                answer = withAnswers ? $"{"ABC"[random.Next(3)]}" : "none",
            })));
        }
        var benchmark = new Benchmark
        {
            Name = "toy", Dataset = "toy", Shape = BenchmarkShape.MultipleChoice, Files = "toy_{split}.jsonl",
            Choices = 3, AnswerIs = AnswerKind.Label,
            Fields = new BenchmarkFields { Choices = ["choices"], Labels = "labels" },
        };
        return new EvaluationTask("toy", benchmark, "test", MultipleChoiceReader.Read(benchmark, _folder), ("toy", ""));
    }

    // Half of the answers are what the model says.
    private EvaluationTask Problems()
    {
        var random = new Random(2);
        File.WriteAllLines(Path.Combine(_folder, "text_test.jsonl"), Enumerable.Range(0, Rows).Select(i =>
        {
            var prompt = Word(random, 4);
            var said = TextGenerator.Generate(_model, prompt, new GenerateOptions { MaxTokens = 11 });
            return JsonSerializer.Serialize(new { question = prompt, answer = i % 2 == 0 ? said : "x" });
        }));
        var benchmark = new Benchmark { Name = "text", Dataset = "text", Shape = BenchmarkShape.Generation, Files = "text_{split}.jsonl" };
        return new EvaluationTask("text", benchmark, "test", GenerationReader.Read(benchmark, _folder), ("text", ""));
    }

    private static string Word(Random random, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => "abcdefgh"[random.Next(8)]));
}

using System.Text.Json;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.RealData;
using MlNetLlm.Runs;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Tokenization;
using Microsoft.ML;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.RealData;

/// <summary>The published set-up on a tiny random model and a few rows in the published formats.</summary>
public sealed class RealDataRunTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void Open()
    {
        _folder = new TemporaryFolder();
        foreach (var (file, more) in new[] { ("train", 1), ("test", 2) })
            Write($"data/gsm8k/{file}.jsonl", Enumerable.Range(0, 8).Select(i =>
                (object)new { question = $"What is {i} + {more}?", answer = $"So\n#### {i + more}" }));
        foreach (var file in (string[])["arc_easy_train", "arc_easy_test", "arc_challenge_train", "arc_challenge_test"])
            Write($"data/arc/{file}.jsonl", Enumerable.Range(0, 8).Select(i => (object)new
            {
                id = $"{file}{i}", question = $"Which is it, {i}?", choices = new[] { "one", "two", "three", "four" }, answer = i % 4,
            }));
        Write("data/mbpp/mbpp.jsonl", Enumerable.Range(11, 399).Select(i => (object)new
        {
            task_id = i, text = $"Write f{i}.", code = $"def f{i}(): return {i}", test_list = new[] { $"assert f{i}() == {i}" },
        }));
    }

    [TearDown]
    public void Close() => _folder.Dispose();

    [Test]
    public void PaperPreset_WithATinyModelAndOneIteration_RunsToItsEnd()
    {
        var options = PresetFile.Load<SvfExperimentOptions>(new SvfExperiment(), "paper", []);
        options = options with
        {
            RealData = options.RealData! with
            {
                Model = TinyModel(), DataFolder = PathOf("data"), Device = "cpu", Limit = 4, Iterations = 1, BatchSize = 2,
                EvaluateEvery = 1, AnswerTokens = 4, SequenceLength = 400, Shots = 2, Generations = 1,
            },
        };
        var request = new RunRequest("paper", 1, [], PathOf("out"), false) { Options = PresetFile.ToJson(options) };
        var result = new SvfExperiment().Run(
            request, new RunContext(ProgressDisplay.OnStandardError(), TimeProvider.System, CancellationToken.None));
        var accuracies = result.Metrics.Where(metric => metric.Name == "accuracy").ToList();
        foreach (var task in (string[])["gsm8k", "mbpp", "arc_easy"])
            Assert.That(
                accuracies.Where(metric => metric.Split == task).Select(metric => metric.Arm), Does.Contain("base").And.Contain("svf-rl"));
        Assert.That(accuracies.Where(metric => metric.Split == "arc_challenge").Select(metric => metric.Arm),
            Is.EquivalentTo(new[] { "base", "guessing", "A prompt", "C few-shot" }));
        Assert.That(accuracies.Select(metric => metric.Value), Is.All.InRange(0, 1));
        Assert.That(accuracies.Single(metric => metric is { Arm: "guessing", Split: "arc_easy" }).Value, Is.EqualTo(0.25));
    }

    [Test]
    public void Experts_HaveTheSplitsOfThePapersCode()
    {
        var options = new RealDataOptions { Model = "none", DataFolder = PathOf("data") };
        var tasks = new RealTasks(new MLContext(1), options, seed: 1).Experts().ToDictionary(task => task.Name);
        Assert.That(tasks["gsm8k"].Train.Select(row => row.Answer), Is.EqualTo(new[] { "1", "3", "5", "7" }));
        Assert.That(tasks["gsm8k"].Validation.Select(row => row.Answer), Is.EqualTo(new[] { "2", "4", "6", "8" }));
        Assert.That(tasks["arc_easy"].Test.Select(row => row.Answer).Take(4), Is.EqualTo(new[] { "A", "B", "C", "D" }));
        Assert.That(tasks["arc_easy"].Test[0].Prompt, Does.Contain("A. one").And.Contain("letter"));
        var mbpp = tasks["mbpp"];
        Assert.That((mbpp.Train.Count, mbpp.Validation.Count, mbpp.Test.Count), Is.EqualTo((200, 100, 99)));
        var prompts = mbpp.Train.Concat(mbpp.Validation).Concat(mbpp.Test).Select(row => row.Prompt).ToList();
        Assert.That(prompts, Is.Unique.And.Count.EqualTo(399));
        Assert.That(mbpp.Test[0].Prompt, Does.Contain("Write f311."));
        Assert.That(mbpp.Reward.IsRight(mbpp.Test[0].Prompt, "def f311(): return 311", mbpp.Test[0].Answer));
        Assert.That(mbpp.Reward.IsRight(mbpp.Test[0].Prompt, "def f311(): return 312", mbpp.Test[0].Answer), Is.False);
    }

    // sh in place of python3: the code is a file that a command runs, and the tests follow it.
    [TestCase("x=1", true)]
    [TestCase("x=2", false)]
    [TestCase("exit 3", false)]
    [TestCase("", false)]
    [TestCase("\u0000(((", false)]
    public void TryRun_RunsCodeAndTests(string code, bool expected)
    {
        var tests = new PythonTests("sh", new Dictionary<string, string> { ["prompt"] = "test \"$x\" = 1" });
        Assert.That(tests.TryRun("prompt", code, out var result), Is.EqualTo(expected));
        Assert.That(result, Is.EqualTo(expected ? PythonTests.Passed : ""));
    }

    [Test]
    public void TryRun_OfAnUnknownPromptOrCommand_IsFalse()
    {
        Assert.That(new PythonTests("sh", new Dictionary<string, string>()).TryRun("prompt", "x=1", out _), Is.False);
        var unknown = new PythonTests("no-such-command", new Dictionary<string, string> { ["prompt"] = "" });
        Assert.That(unknown.TryRun("prompt", "x=1", out _), Is.False);
    }

    [Test]
    public void Prompt_WithoutItsFile_SaysWhereItShouldBe() => Assert.That(
        () => new RealDataOptions { Model = "none", PromptFolder = PathOf("prompts") }.Prompt("gsm8k"),
        Throws.InstanceOf<FileNotFoundException>().With.Message.Contains("gsm8k.txt").And.Message.Contains("PromptFolder"));

    private string TinyModel()
    {
        var tokenizer = VocabularyTokenizer.Bytes();
        using var random = new Generator(1);
        using var model = new LanguageModel(
            new TransformerModel(TransformerConfig.Llama(tokenizer.VocabularySize, 16, 2, 2, 512, feedForwardWidth: 24), random, 0.3),
            tokenizer);
        model.Save(PathOf("model"));
        return PathOf("model");
    }

    private void Write(string name, IEnumerable<object> rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
        File.WriteAllLines(PathOf(name), rows.Select(row => JsonSerializer.Serialize(row)));
    }

    private string PathOf(string name) => Path.Combine(_folder.Path, name);
}

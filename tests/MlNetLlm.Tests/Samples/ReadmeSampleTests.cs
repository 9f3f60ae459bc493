using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Scoring;
using MlNetLlm.Svf;

namespace MlNetLlm.Tests.Samples;

/// <summary>The code in the README: compiled, run, and compared with the README's text.</summary>
public sealed class ReadmeSampleTests
{
    [Test]
    public void Sample_Runs()
    {
        if (!DatasetCatalog.Default.Has("stories260k") || !DatasetCatalog.Default.Has("tinyshakespeare"))
            Assert.Ignore("The data sets stories260k and tinyshakespeare are not here; see datasets/README.md.");
        var folder = Directory.CreateTempSubdirectory("mlnetllm-test-").FullName;
        var before = Environment.CurrentDirectory;
        try
        {
            Environment.CurrentDirectory = folder;
            Sample();
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Sample()
    {
        // <readme>
        var ml = new MLContext(seed: 1);
        var data = ml.Data.TrainTestSplit(ml.LanguageModels().ReadText("datasets/tinyshakespeare"), 0.1, seed: 1);
        LanguageModel model = ml.LanguageModels().Load("datasets/stories260k");

        var options = new SvfOptions { Modules = ModuleSet.Mlp, LearningRate = 0.03, MaxTokens = 20_000 };
        var pipeline = ml.LanguageModels().FineTuneSvf(model, options)
            .Append(ml.LanguageModels().Score());
        var tuned = pipeline.Fit(data.TrainSet);

        LanguageModelMetrics metrics = ml.LanguageModels().Evaluate(tuned.Transform(data.TestSet));
        Console.WriteLine($"{metrics.Perplexity:F1} ± {metrics.PerplexityStandardError:F1}, {metrics.BitsPerByte:F2} bits per byte");
        ml.Model.Save(tuned, data.TrainSet.Schema, "svf.zip");
        // </readme>
        Assert.That(metrics.Perplexity, Is.InRange(20, 120));
        Assert.That(new FileInfo("svf.zip").Length, Is.GreaterThan(1_000_000));
    }

    [Test]
    public void Readme_ShowsThisSample()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MlNetLlm.sln"))) folder = Path.GetDirectoryName(folder)!;
        var source = File.ReadAllLines(Path.Combine(folder, "tests", "MlNetLlm.Tests", "Samples", "ReadmeSampleTests.cs"));
        var lines = source.SkipWhile(l => !l.EndsWith("// <readme>", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.EndsWith("// </readme>", StringComparison.Ordinal)).Select(l => l.Length > 8 ? l[8..] : "");
        Assert.That(File.ReadAllText(Path.Combine(folder, "README.md")).ReplaceLineEndings("\n"), Does.Contain(string.Join('\n', lines)));
    }
}

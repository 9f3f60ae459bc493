using Microsoft.ML;
using Microsoft.ML.AutoML;
using MlNetLlm.Adapters;
using MlNetLlm.Svf;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Samples;

/// <summary>The README's sweep: compiled, run on a toy model, and compared with the README's text.</summary>
public sealed class SweepSampleTests
{
    [Test]
    public void Sweep_OfAToyModel_ReturnsATunedModel()
    {
        var ml = new MLContext(seed: 1);
        using var model = Toy.Model();
        var data = ml.Data.TrainTestSplit(Toy.Rows(ml, 30), 0.3, seed: 1);
        var options = new SvfOptions { Modules = ModuleSet.Mlp, LearningRate = 0.03, MaxSteps = 2, BatchSize = 4, SequenceLength = 12 };
        // <readme>
        var best = ml.Auto().CreateExperiment()
            .SetPipeline(ml.Sweeps().FineTuneSvf(model, options).Append(ml.LanguageModels().Score()))
            .SetDataset(data).SetLanguageModelMetric(LanguageModelMetric.BitsPerByte).SetMaxModelToExplore(10).Run();
        // </readme>
        Assert.That(best.Loss, Is.Positive);
        Assert.That(ml.LanguageModels().Evaluate(best.Model.Transform(data.TestSet)).BitsPerByte, Is.EqualTo(best.Loss).Within(1e-9));
    }

    [Test]
    public void Readme_ShowsThisSample()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MlNetLlm.sln"))) folder = Path.GetDirectoryName(folder)!;
        var source = File.ReadAllLines(Path.Combine(folder, "tests", "MlNetLlm.Tests", "Samples", "SweepSampleTests.cs"));
        var lines = source.SkipWhile(l => !l.EndsWith("// <readme>", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(l => !l.EndsWith("// </readme>", StringComparison.Ordinal)).Select(l => l[8..]);
        Assert.That(File.ReadAllText(Path.Combine(folder, "README.md")).ReplaceLineEndings("\n"), Does.Contain(string.Join('\n', lines)));
    }
}

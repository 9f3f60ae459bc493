using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Adapters;

/// <summary>The best step by a measure of one's own.</summary>
public class MeasuredTrainingTests
{
    private static readonly MLContext Ml = new(1);
    private static readonly double[] Measures = [3, 1, 2, 1];

    [Test]
    public void FitMeasured_OfSvf_EndsWithTheStepOfTheLowestMeasure()
    {
        using var model = Toy.Model();
        var options = new SvfOptions
        {
            LearningRate = 0.05, MaxSteps = 8, BatchSize = 4, SequenceLength = 12, EvaluateEvery = 2, KeepBest = true,
        };
        Check(model, measure => Ml.LanguageModels().FineTuneSvf(model, options).FitMeasured(Toy.Rows(Ml), measure).Model);
    }

    [Test]
    public void FitMeasured_OfLora_EndsWithTheStepOfTheLowestMeasure()
    {
        using var model = Toy.Model();
        var options = new LoraOptions
        {
            LearningRate = 0.02, Rank = 2, MaxSteps = 8, BatchSize = 4, SequenceLength = 12, EvaluateEvery = 2, KeepBest = true,
        };
        Check(model, measure => Ml.LanguageModels().FineTuneLora(model, options).FitMeasured(Toy.Rows(Ml), measure).Model);
    }

    // Four validations, the second of which is the first of the lowest: the model measured then is the one that is left.
    private static void Check(LanguageModel model, Func<Func<LanguageModel, double>, LanguageModel> fit)
    {
        var seen = new List<string>();
        var before = model.Fingerprint;
        using var tuned = fit(measured =>
        {
            seen.Add(measured.Fingerprint);
            return Measures[seen.Count - 1];
        });
        Assert.That(seen, Has.Count.EqualTo(Measures.Length));
        Assert.That(seen, Is.Unique.And.Not.Contain(before));
        Assert.That(tuned.Fingerprint, Is.EqualTo(seen[1]));
        Assert.That(model.Fingerprint, Is.EqualTo(before));
    }
}

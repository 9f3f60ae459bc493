using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Pretraining;

public sealed class PretrainEstimatorTests
{
    private static readonly PretrainOptions Options = new() { MaxSteps = 60, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01 };
    private static readonly TransformerConfig Shape = ToyModels.Llama with { VocabularySize = 12 };
    private readonly MLContext _ml = new(1);

    [Test]
    public void Fit_LearnsTheText()
    {
        var data = Toy.Rows(_ml);
        var fitted = Estimator(Options).Append(_ml.LanguageModels().Score()).Fit(data);
        var nats = _ml.LanguageModels().Evaluate(fitted.Transform(Toy.Rows(_ml, seed: 2))).NegativeLogLikelihood;
        Assert.That(nats, Is.LessThan(0.6 * Math.Log(12)));   // uniform guessing: ln 12
    }

    [Test]
    public void Fit_WithTheSameSeedTwice_GivesTheSameBits()
    {
        var short_ = Options with { MaxSteps = 4 };
        var first = Estimator(short_).Fit(Toy.Rows(_ml)).Model.Fingerprint;
        Assert.That(Estimator(short_).Fit(Toy.Rows(_ml)).Model.Fingerprint, Is.EqualTo(first));
        Assert.That(Estimator(short_ with { Seed = 2 }).Fit(Toy.Rows(_ml)).Model.Fingerprint, Is.Not.EqualTo(first));
    }

    [Test]
    public void Fit_WithValidation_KeepsTheBestStep()
    {
        var options = Options with { EvaluateEvery = 5, KeepBest = true, Patience = 2, LearningRate = 0.05, MaxSteps = 200 };
        var fitted = Estimator(options).Fit(Toy.Rows(_ml), Toy.Rows(_ml, seed: 2));
        Assert.That(fitted.Training.BestStep, Is.Not.Null);
        Assert.That(fitted.Training.BestValidationLoss, Is.LessThanOrEqualTo(fitted.Training.ValidationLoss!));
    }

    [Test]
    public void Fit_WithStopWhen_EndsWhereItSaysSo_WithTheModelOfThatStep()
    {
        var options = Options with { EvaluateEvery = 5, MaxSteps = 60, Schedule = Schedule.Constant };
        var asked = new List<string>();
        var stopping = _ml.LanguageModels().Pretrain(Shape, Toy.Model().Tokenizer, Toy.Model().Special, options, now =>
        {
            asked.Add(now.Fingerprint);
            return asked.Count == 3;
        });
        var fitted = stopping.Fit(Toy.Rows(_ml), Toy.Rows(_ml, seed: 2));
        Assert.That((fitted.Training.Steps, fitted.Training.StoppedEarly), Is.EqualTo((15, true)));
        Assert.That(asked, Has.Count.EqualTo(3).And.Unique, "asked with the weights of the moment");
        Assert.That(fitted.Model.Fingerprint, Is.EqualTo(asked[^1]));
        var whole = Estimator(options with { MaxSteps = 15 }).Fit(Toy.Rows(_ml), Toy.Rows(_ml, seed: 2));
        Assert.That(fitted.Model.Fingerprint, Is.EqualTo(whole.Model.Fingerprint), "asking changes nothing");
    }

    [Test]
    public void Fit_WithStopWhen_AndNothingToValidate_IsRefused()
    {
        var stopping = _ml.LanguageModels().Pretrain(Shape, Toy.Model().Tokenizer, Toy.Model().Special, Options, _ => true);
        Assert.That(() => stopping.Fit(Toy.Rows(_ml), Toy.Rows(_ml)),
            Throws.InvalidOperationException.With.Message.Contains("EvaluateEvery is 0, validation rows are given"));
    }

    [Test]
    public void GetOutputSchema_PromisesTheModelColumn()
    {
        var shape = Estimator(Options).GetOutputSchema(MlNetLlm.Data.SchemaShapes.Of(Toy.Rows(_ml).Schema));
        Assert.That(shape.Select(c => c.Name), Does.Contain("LanguageModel"));
    }

    private PretrainEstimator Estimator(PretrainOptions options)
    {
        var model = Toy.Model();
        return _ml.LanguageModels().Pretrain(Shape, model.Tokenizer, model.Special, options);
    }
}

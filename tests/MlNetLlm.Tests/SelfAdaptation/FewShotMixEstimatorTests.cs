using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Svf;

namespace MlNetLlm.Tests.SelfAdaptation;

public sealed class FewShotMixEstimatorTests
{
    private static readonly SelfAdaptationOptions _answers = new() { MaxTokens = 4 };

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;
    private SvfExpertLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _model = AdaptationToys.Model();
        _library = ExpertToys.Library(_model);
    }

    [TearDown]
    public void Close()
    {
        _library.Dispose();
        _model.Dispose();
    }

    [Test]
    public void Fit_FindsTheBestOfItsCandidatesAndAnswersWithIt([Values] bool perMatrix)
    {
        var options = Options() with { PerMatrix = perMatrix };
        using var fitted = _ml.LanguageModels().FewShotMix(_library, new AdaptationToys.HasLetter(), options, _answers)
            .Fit(AdaptationToys.View(_ml));
        var shots = AdaptationToys.Questions.Take(10).Select(question => new FewShot(question, $"{question[0]}")).ToList();
        var objective = new GeneratedShots(shots, new AdaptationToys.HasLetter(), _answers.Answering);
        using var found = _library.Compose(fitted.Options.Mix!);
        using var uniform = _library.Compose(SvfMix.Uniform(_library.Names));
        Assert.That(fitted.Search!.Score, Is.EqualTo(objective.Score(found)));
        Assert.That(fitted.Search.Score, Is.GreaterThanOrEqualTo(objective.Score(uniform)), "the search begins there");
        Assert.That(fitted.Options.Mix!.Matrices, Has.Count.EqualTo(perMatrix ? _library.Matrices.Count : 0));
        Assert.That(fitted.Compute(["ab"])[0].Expert, Is.EqualTo("mix"));
    }

    [Test]
    public void Fit_TakesTheFirstShotsOnly()
    {
        string[] shots = [.. AdaptationToys.Questions.Take(10)];
        var alone = Mix(AdaptationToys.View(_ml, shots));
        Assert.That(Mix(AdaptationToys.View(_ml, shots.Concat(["hh", "gg"]))), Is.EqualTo(alone));
    }

    [Test]
    public void Fit_ByChoices_NeedsNoReward()
    {
        var options = Options() with { Scoring = FewShotScoring.Choices, Normalization = ChoiceNormalization.Characters };
        using var fitted = _ml.LanguageModels().FewShotMix(_library, null, options, _answers).Fit(AdaptationToys.View(_ml));
        Assert.That(fitted.Search!.Score.Accuracy, Is.InRange(0.1, 1));
        Assert.That(
            () => _ml.LanguageModels().FewShotMix(_library, null, Options(), _answers),
            Throws.ArgumentException.With.Message.Contains("needs a reward"));
    }

    [Test]
    public void Fit_OnAReferenceThatCannotBeGradedBy_SaysSo()
    {
        var data = AdaptationToys.View(_ml);
        var options = Options() with { AnswerColumn = "Text" };
        Assert.That(
            () => _ml.LanguageModels().FewShotMix(_library, new AdaptationToys.HasLetter(), options, _answers).Fit(data),
            Throws.ArgumentException.With.Message.Contains("'ahb' cannot be graded by: it is not one letter"));
    }

    [Test]
    public void Fit_WithoutRows_SaysSo() =>
        Assert.That(
            () => _ml.LanguageModels().FewShotMix(_library, new AdaptationToys.HasLetter(), Options(), _answers)
                .Fit(AdaptationToys.View(_ml, [])),
            Throws.ArgumentException.With.Message.Contains("no rows"));

    [Test]
    public void Fit_Cancelled_Stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var estimator = _ml.LanguageModels().FewShotMix(_library, new AdaptationToys.HasLetter(), Options(), _answers, null, stop.Token);
        Assert.That(() => estimator.Fit(AdaptationToys.View(_ml)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Options_WithFaults_AreAllNamed() =>
        Assert.That(
            () => new FewShotMixOptions { Shots = -1, AnswerColumn = " ", CrossEntropy = new() { Elites = 1 } }.Validated(),
            Throws.ArgumentException.With.Message.EqualTo(
                "FewShotMixOptions: CrossEntropy.Elites is 1; expected 2 to Population (32). Shots is -1; expected 0 or more. "
                + "AnswerColumn is empty."));

    private static FewShotMixOptions Options() =>
        new() { CrossEntropy = new CrossEntropyOptions { Population = 8, Elites = 3, Generations = 3 } };

    private IReadOnlyList<double> Mix(IDataView data)
    {
        using var fitted = _ml.LanguageModels().FewShotMix(_library, new AdaptationToys.HasLetter(), Options(), _answers).Fit(data);
        return fitted.Options.Mix!.Alpha[0];
    }
}

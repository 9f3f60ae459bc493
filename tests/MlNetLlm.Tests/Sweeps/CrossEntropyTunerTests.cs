using Microsoft.ML;
using Microsoft.ML.AutoML;
using MlNetLlm.LanguageModels;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Sweeps;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Svf;

namespace MlNetLlm.Tests.Sweeps;

public sealed class CrossEntropyTunerTests
{
    private static readonly CrossEntropyOptions _options = new() { Population = 6, Elites = 3, Generations = 4, Seed = 5 };

    private LanguageModel _model = null!;
    private SvfExpertLibrary _library = null!;

    [SetUp]
    public void Open()
    {
        _model = Toy.Model();
        _library = ExpertToys.Library(_model);
    }

    [TearDown]
    public void Close()
    {
        _library.Dispose();
        _model.Dispose();
    }

    [Test]
    public void Run_OfAnExperiment_SearchesAsTheEstimatorDoes([Values] bool perMatrix)
    {
        using var mixer = new SvfMixer(_library);
        var space = new MixSpace(_library, [], perMatrix);
        var best = Experiment(space, mixer).SetTuner(new CrossEntropyTuner(space, _options))
            .SetMaxModelToExplore(_options.Population * _options.Generations).Run();
        var direct = MixSearch.Run(mixer, [], perMatrix, new Balance(), _options);
        Assert.That(space.MixOf(best.TrialSettings).Alpha, Is.EqualTo(direct.Mix.Alpha));
        Assert.That(best.Metric, Is.EqualTo(direct.Score.Accuracy));
    }

    [Test]
    public void Run_WithAnotherTuner_SearchesTheSameSpace()
    {
        using var mixer = new SvfMixer(_library);
        var space = new MixSpace(_library, ["a", "b"], perMatrix: false);
        var best = Experiment(space, mixer).SetRandomSearchTuner(1).SetMaxModelToExplore(8).Run();
        var mix = space.MixOf(best.TrialSettings);
        Assert.That(mix.Experts, Is.EqualTo(new[] { "a", "b" }));
        Assert.That(mix.Alpha[0], Is.All.InRange(0, 1));
        mixer.Use(mix);
        Assert.That(best.Loss, Is.EqualTo(MixTrialRunner.Loss(new Balance().Score(mixer.Model))).Within(1e-9));
    }

    [Test]
    public void Loss_OrdersAsScoresDo()
    {
        MixScore[] rising =
            [new(0, double.NegativeInfinity), new(0, -3), new(0.999, double.NegativeInfinity), new(0.999, -1), new(1, -4), new(1, -0.01)];
        Assert.That(rising.Select(MixTrialRunner.Loss), Is.Ordered.Descending);
    }

    [Test]
    public void Tuner_LearnsFromFailedTrialsAsTheWorst()
    {
        var space = new MixSpace(_library, [], perMatrix: false);
        var tuner = new CrossEntropyTuner(space, _options);
        var first = new List<double>();
        for (var trial = 0; trial < 2 * _options.Population; trial++)
        {
            var settings = new TrialSettings { TrialId = trial, Parameter = tuner.Propose(new TrialSettings { TrialId = trial }) };
            if (trial < _options.Population) first.Add(space.MixOf(settings).Alpha[0][0]);
            if (trial == _options.Population)
                Assert.That(space.MixOf(settings).Alpha[0][0], Is.EqualTo(first[1]), "the only trial that did not fail");
            tuner.Update(new TrialResult { TrialSettings = settings, Loss = trial == 1 ? 0.5 : trial == 2 ? double.NaN : double.MaxValue });
        }
    }

    [Test]
    public void Tuner_OutOfTurn_IsRefused()
    {
        var tuner = new CrossEntropyTuner(new MixSpace(_library, [], perMatrix: false));
        Assert.That(() => tuner.Update(new TrialResult { Loss = 1 }), Throws.InvalidOperationException);
    }

    [Test]
    public void Tuner_WithoutAResultOfATrial_CountsItAsTheWorst()
    {
        var space = new MixSpace(_library, [], perMatrix: false);
        double Play(bool silent)
        {
            var tuner = new CrossEntropyTuner(space, _options);
            for (var trial = 0; ; trial++)
            {
                var settings = new TrialSettings { TrialId = trial, Parameter = tuner.Propose(new TrialSettings { TrialId = trial }) };
                if (trial == _options.Population) return space.MixOf(settings).Alpha[0][0];
                if (trial == 1) tuner.Update(new TrialResult { TrialSettings = settings, Loss = 0.5 });
                else if (!silent) tuner.Update(new TrialResult { TrialSettings = settings, Loss = double.MaxValue });
            }
        }
        Assert.That(Play(silent: true), Is.EqualTo(Play(silent: false)));
    }

    private static AutoMLExperiment Experiment(MixSpace space, SvfMixer mixer)
    {
        var ml = new MLContext(1);
        return ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 })
            .SetMixSearch(space, mixer, new Balance());
    }

    /// <summary>A number between 0 and 1 for every mix, all different.</summary>
    private sealed class Balance : IMixObjective
    {
        public MixScore Score(LanguageModel model) => new(1 / (1 + Math.Exp(-ExpertToys.Logits(model)[3] / 10)), -1);
    }
}

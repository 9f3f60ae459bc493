using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Svf;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SelfAdaptation;

public sealed class MixSearchTests
{
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
    public void Run_FindsAPlantedMix()
    {
        using var planted = _library.Compose(SvfMix.Of(("a", 0.2), ("b", 0.7), ("c", 0.1)));
        using var mixer = new SvfMixer(_library);
        var objective = new Nearness(ExpertToys.Logits(planted));
        var told = new Told();
        var found = MixSearch.Run(
            mixer, [], perMatrix: false, objective, new CrossEntropyOptions { Generations = 10 }, progress: told);
        var shares = found.Mix.Shares();
        Assert.That(shares["b"], Is.EqualTo(0.7).Within(0.05));
        Assert.That(shares["a"], Is.EqualTo(0.2).Within(0.05));
        Assert.That(found.Score.LogLikelihood, Is.GreaterThan(found.Generations[0].Best.LogLikelihood));
        Assert.That(told.Select(generation => generation.Generation), Is.EqualTo(Enumerable.Range(1, 10)));
        Assert.That(found.Evaluations, Is.EqualTo(10 * 31 + 1), "the best so far needs no second look");
        Assert.That(objective.Score(mixer.Model), Is.EqualTo(found.Score), "the best mix is in place");
    }

    [Test]
    public void Run_PerMatrix_HasACoefficientForEachAndGivesFiniteWeights()
    {
        using var mixer = new SvfMixer(_library);
        var objective = new Nearness(ExpertToys.Logits(_model));
        // So wide a start draws many rows of zeros.
        var options = new CrossEntropyOptions { Generations = 3, Population = 12, Elites = 3, InitialDeviation = 2 };
        var found = MixSearch.Run(mixer, ["a", "b"], perMatrix: true, objective, options);
        Assert.That(found.Mix.Matrices, Is.EqualTo(_library.Matrices));
        Assert.That(found.Mix.Alpha, Has.All.Count.EqualTo(2));
        Assert.That(objective.Seen, Is.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void Run_WithTheSameSeed_FindsTheSame()
    {
        using var mixer = new SvfMixer(_library);
        var wanted = ExpertToys.Logits(_model);
        MixSearchResult Run(long seed) => MixSearch.Run(
            mixer, [], perMatrix: true, new Nearness(wanted),
            new CrossEntropyOptions { Generations = 2, Population = 6, Elites = 2, Seed = seed });
        Assert.That(Run(1).Mix.Alpha, Is.EqualTo(Run(1).Mix.Alpha));
        Assert.That(Run(2).Mix.Alpha, Is.Not.EqualTo(Run(1).Mix.Alpha));
    }

    [Test]
    public void Run_Cancelled_Stops()
    {
        using var mixer = new SvfMixer(_library);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(
            () => MixSearch.Run(mixer, [], false, new Nearness([]), new CrossEntropyOptions(), stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void GeneratedShots_ScoreAccuracyAndTheLikelihoodOfOwnRightAnswers()
    {
        var options = new GenerationOptions { MaxTokens = 4, BatchRows = 4 };
        var rows = RowGenerator.Rows(_model, [.. AdaptationToys.Questions.Take(9)], options);
        var right = rows.Where((row, i) => i % 3 != 1 && row.Text.Length > 0).ToList();
        var shots = rows.Zip(AdaptationToys.Questions, (row, question) => new FewShot(
            question, right.Contains(row) ? row.Text[..1] : $"{"abcdefgh".First(letter => !row.Text.Contains(letter))}")).ToList();
        var score = new GeneratedShots(shots, new AdaptationToys.HasLetter(), options).Score(_model);
        Assert.That(score.Accuracy, Is.EqualTo(right.Count / 9.0));
        Assert.That(score.LogLikelihood, Is.EqualTo(right.Average(ByHand)).Within(1e-4));

        double ByHand(GeneratedRow row)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            long[] all = [.. row.Prompt.Concat(row.Added).Select(id => (long)id)];
            var log = nn.functional.log_softmax(_model.Module.call(tensor(all, [1, all.Length])), 2)[0];
            return Enumerable.Range(row.Prompt.Count, row.Added.Count).Average(t => (double)log[t - 1, all[t]].item<float>());
        }
    }

    [Test]
    public void GeneratedShots_EndAtTheFurtherEndTokensOfTheModel()
    {
        var options = new GenerationOptions { MaxTokens = 4 };
        var question = AdaptationToys.Questions.First(text => RowGenerator.Rows(_model, [text], options)[0].Text.Length > 0);
        var first = RowGenerator.Rows(_model, [question], options)[0].Text[..1];
        using var ending = new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer, _model.Special)
        {
            Generation = new GenerateOptions { StopTokens = [_model.Tokenizer.EncodeToIds(first)[0]] },
        };
        var shots = new GeneratedShots([new FewShot(question, first)], new AdaptationToys.HasLetter(), options);
        Assert.That((shots.Score(_model).Accuracy, shots.Score(ending).Accuracy), Is.EqualTo((1.0, 0.0)));
    }

    [Test]
    public void GeneratedShots_WithNothingRight_HaveTheLowestScoreOfAll()
    {
        var score = new GeneratedShots([new FewShot("ab", "?")], new AdaptationToys.HasLetter(), new GenerationOptions { MaxTokens = 3 })
            .Score(_model);
        Assert.That(score, Is.EqualTo(new MixScore(0, double.NegativeInfinity)));
    }

    [Test]
    public void ChoiceShots_ScoreByTheLikeliestChoice()
    {
        string[] choices = ["ab", "cd", "h"];
        var questions = AdaptationToys.Questions.Take(8).Select(text => new ChoiceQuestion(text, choices)).ToList();
        var likelihoods = ChoiceScorer.Score(_model, questions, 2048);
        var best = likelihoods.Select(row => ChoiceMath.Best(row.LogLikelihoods)).ToList();
        var shots = questions.Zip(best, (question, choice) => (question, choice)).ToList();
        shots[3] = (shots[3].question, (shots[3].choice + 1) % 3);
        var score = new ChoiceShots(shots).Score(_model);
        Assert.That(score.Accuracy, Is.EqualTo(7 / 8.0));
        var own = likelihoods.Zip(best).Where((_, i) => i != 3).Average(pair => pair.First.LogLikelihoods[pair.Second]);
        Assert.That(score.LogLikelihood, Is.EqualTo(own).Within(1e-4));
        Assert.That(
            () => new ChoiceShots([(questions[0], 3)]), Throws.ArgumentException.With.Message.Contains("number 3 of 3"));
    }

    private sealed class Told : List<MixGeneration>, IProgress<MixGeneration>
    {
        public void Report(MixGeneration value) => Add(value);
    }

    /// <summary>How near a model's logits come to given ones.</summary>
    private sealed class Nearness(float[] wanted) : IMixObjective
    {
        public List<float> Seen { get; } = [];

        public MixScore Score(LanguageModel model)
        {
            var logits = ExpertToys.Logits(model);
            Seen.AddRange(logits);
            return new MixScore(0.5, -logits.Zip(wanted, (a, b) => (double)(a - b) * (a - b)).Sum());
        }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Looking at a concept model's own concepts and steering them by their logits.</summary>
public sealed class StudentSteeringTests
{
    private const int Concepts = 20, Top = 4;

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void Make() => _model = new LanguageModel(
        ToyModels.Create(ToyModels.Llama with
        {
            VocabularySize = 12, Layers = 3, Insertion = new() { Layer = 1, Concepts = Concepts, TopConcepts = Top },
        }), VocabularyTokenizer.Characters("abcdefgh "));

    [OneTimeTearDown]
    public void Free() => _model.Dispose();

    /// <summary>ĉ moves by s (v − z) along the concept's column: z where it was chosen, 0 elsewhere; literally by s (α − 1) z.</summary>
    [Test]
    public void Held_MovesTheElementAlongTheColumn([Values] bool literal, [Values] bool chosen)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using Activations plain = new("layers.0", "insertion", "insertion.concepts", "insertion.logits"), held = new("insertion");
        var tokens = ToyModels.Tokens(2, 5, vocabulary: 12);
        _model.Module.Hidden(tokens, new ForwardOptions { Activations = plain });
        var places = plain["insertion.concepts"].data<long>().ToArray();
        var logits = ToyModels.Values(plain["insertion.logits"]);
        var concept = Enumerable.Range(0, Concepts).First(i => chosen == places.Take(Top).Contains(i));
        const double value = 2.5;
        _model.Module.Hidden(tokens, new ForwardOptions { Activations = held, Held = new(concept, value, literal) });
        var column = ToyModels.Values(ConceptColumns.Of(_model)[concept]);
        var moved = ToyModels.Values(held["insertion"] - plain["insertion"]);
        var deviations = ToyModels.Values(plain["layers.0"].std(2, unbiased: true));
        for (var position = 0; position < 10; position++)
        {
            var at = Array.IndexOf(places, concept, position * Top, Top);
            var z = at < 0 ? 0 : logits[at];
            var by = deviations[position] * (literal ? (value - 1) * z : value - z);
            Assert.That(moved.AsSpan(position * 8, 8).ToArray(), Is.EqualTo(column.Select(x => x * by)).Within(1e-4));
        }
    }

    [Test]
    public void ConceptsOf_AText_NamesTheChosenOnes()
    {
        const string text = "abcab cd gh eabcd fgh";                              // longer than one window
        var table = _ml.Concepts().ConceptsOf(_model, text);
        Assert.That(table.GetColumn<int>("Position"), Is.EqualTo(Enumerable.Range(0, text.Length).SelectMany(t
            => Enumerable.Repeat(t, Top))));
        Assert.That(table.GetColumn<string>("Token").Where((_, i) => i % Top == 0), Is.EqualTo(text.Select(letter => $"{letter}")));
        foreach (var strengths in table.GetColumn<float>("Strength").Chunk(Top)) Assert.That(strengths, Is.Ordered.Descending);
        Assert.That(table.GetColumn<int>("Concept"), Is.All.InRange(0, Concepts - 1));
    }

    [Test]
    public void Statistics_AreThoseOfTheChosenConcepts()
    {
        var options = new LabelConceptsOptions { SequenceLength = 7, BatchWindows = 2 };
        var statistics = _ml.Concepts().Statistics(_model, ConceptToy.Text(), options);
        var rows = new List<(int Concept, float Logit)>();
        using var windows = TeacherWindows.Read(_model, ConceptToy.Text(), options.Reading(), default);
        foreach (var batch in windows.Batches(0, windows.Count, 1))
        {
            var chosen = ChosenConcepts.Of(_model, batch.Tokens, 1);
            rows.AddRange(chosen.Concepts.Zip(chosen.Logits));
        }
        var expected = rows.ToLookup(row => row.Concept, row => row.Logit);
        Assert.That(statistics.Positions, Is.EqualTo(rows.Count / Top).And.GreaterThan(100));
        foreach (var concept in statistics.MostFrequent(Concepts))
        {
            Assert.That(statistics.Frequency(concept), Is.EqualTo((double)expected[concept].Count() * Top / rows.Count).Within(1e-9));
            Assert.That(statistics.MeanStrength(concept), Is.EqualTo(expected[concept].Average()).Within(1e-4));
        }
    }

    [Test]
    public void Losses_AtEachStrength_AreThoseOfSteeredPasses([Values] bool literal)
    {
        var options = new LabelConceptsOptions { SequenceLength = 12, BatchWindows = 3 };
        var statistics = _ml.Concepts().Statistics(_model, ConceptToy.Text(), options);
        var concept = statistics.MostFrequent(1)[0];
        var losses = SteeringEvaluation.Losses(_model, statistics, concept, [-3, 1, 3], ConceptToy.Text(), options, literal);
        using var quiet = no_grad();
        using var windows = TeacherWindows.Read(_model, ConceptToy.Text(), options.Reading(), default);
        var (sum, count) = (0.0, 0);
        foreach (var batch in windows.Batches(0, windows.Count, 1))
        {
            using var scope = NewDisposeScope();
            var hidden = _model.Module.Hidden(tensor(batch.Tokens, [1, batch.Time]), new ForwardOptions
            {
                Held = new(concept, literal ? 3 : 3 * statistics.MeanStrength(concept), literal),
            });
            sum += Objectives.NextToken(_model.Module, hidden, tensor(batch.Targets, [1, batch.Time])).ToDouble();
            count += batch.Time - 1;
        }
        Assert.That(losses[2], Is.EqualTo(sum / count).Within(1e-5));
        Assert.That(losses[0], Is.Not.EqualTo(losses[2]).Within(1e-4));
        if (literal)                                                               // α = 1 changes nothing
            Assert.That(losses[1], Is.EqualTo(SteeringEvaluation.Losses(
                _model, statistics, (concept + 1) % Concepts, [1], ConceptToy.Text(), options, true)[0]).Within(1e-6));
    }

    /// <summary>Meanings measured on the model itself are found again; random directions of the same length are not.</summary>
    [Test]
    public void Run_OfTheModelsOwnMeanings_FindsThemAgain_AndRandomDirectionsDoNot()
    {
        IReadOnlyList<IReadOnlyList<int>> prompts = [[2, 3, 4, 5], [6, 2, 3, 9], [8, 8, 3, 2], [5, 4, 10, 2]];
        var statistics = _ml.Concepts().Statistics(_model, ConceptToy.Text(), new LabelConceptsOptions { SequenceLength = 12 });
        var own = SteeringEvaluation.Of(_model, statistics);
        var meanings = statistics.MostFrequent(5).Select(concept =>
        {
            var (steered, plain) = (own(concept, 5, prompts), own(concept, null, prompts));
            float[] changes = [.. Enumerable.Range(0, 12).Select(token => steered.Zip(plain, (a, b) => a[token] - b[token]).Average())];
            return new ConceptMeaning(concept, changes, [.. Enumerable.Range(0, 12).OrderByDescending(token => changes[token]).Take(2)]);
        }).ToList();
        var outcomes = SteeringEvaluation.Run(own, meanings, [-5, 0, 2, 5], prompts);
        Assert.That(outcomes.Select(outcome => outcome.Retrieved), Is.All.True);
        Assert.That(outcomes.Average(outcome => outcome.OwnRise), Is.GreaterThan(outcomes.Average(outcome => outcome.OthersRise)));
        var random = SteeringEvaluation.Run(
            SteeringEvaluation.OfRandomDirections(_model, statistics, 1), meanings, [-5, 0, 2, 5], prompts);
        Assert.That(random.Average(outcome => outcome.Alignment), Is.LessThan(outcomes.Average(outcome => outcome.Alignment)));
    }

    [Test]
    public void Steer_PromisesWhatItDelivers_AndLoadsTheSame([Values] bool literal)
    {
        var data = Toys.Rows("abab ", "cd", "hgfe abc");
        var options = new SteerConceptOptions { Concept = 3, Strength = 8, MeanStrength = -0.5, Literal = literal };
        var estimator = _ml.Concepts().Steer(_model, options, new GenerationOptions { MaxTokens = 6 });
        Assert.That(ConceptToy.RequireSteering(estimator, data).Teacher, Is.Null);
    }

    /// <summary>Every token written is the most probable one of a full, steered pass over what stands before it.</summary>
    [Test]
    public void Steer_WritesWhatFullSteeredPassesPredict()
    {
        var generation = new GenerationOptions { MaxTokens = 8, Temperature = 0 };
        var held = new ForwardOptions { Held = new(2, 6) };
        var row = RowGenerator.Rows(_model, ["abc d"], generation, held).Single();
        Assert.That(row.Added, Has.Count.GreaterThan(2));
        Assert.That(row.Added, Is.Not.EqualTo(RowGenerator.Rows(_model, ["abc d"], generation).Single().Added));
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        long[] ids = [.. row.Prompt.Concat(row.Added).Select(id => (long)id)];
        var likeliest = _model.Module.Head(_model.Module.Hidden(tensor(ids, [1, ids.Length]), held)).argmax(-1).data<long>().ToArray();
        for (var i = row.Prompt.Count; i < ids.Length; i++) Assert.That(ids[i], Is.EqualTo(likeliest[i - 1]));
        var text = _ml.Concepts().Steer(_model, new() { Concept = 2, Strength = 6 }, generation).Fit(Toys.Rows("abc d"))
            .Transform(Toys.Rows("abc d")).GetColumn<string>("Generated").Single();
        Assert.That(text, Is.EqualTo(row.Text));
    }

    /// <summary>The ML.NET way: negative log-likelihoods of rows add up to the loss of a full pass; choices are ranked by it.</summary>
    [Test]
    public void Score_OfText_IsTheLossFromTheInsertedElements()
    {
        var data = Toys.Rows("abcab cd", "hgfe");
        var scores = _ml.LanguageModels().Scores(_ml.LanguageModels().Score(_model).Fit(data).Transform(data));
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (text, score) in new[] { "abcab cd", "hgfe" }.Zip(scores))
        {
            int? begin = _model.Special.Bos ?? _model.Special.Eos;
            var own = _model.Tokenizer.EncodeToIds(text).Select(i => (long)i);
            long[] ids = begin is { } id ? [id, .. own] : [.. own];
            var logp = _model.Module.call(tensor(ids[..^1], [1, ids.Length - 1])).log_softmax(-1);
            var expected = Enumerable.Range(0, ids.Length - 1).Sum(t => -logp[0, t, ids[t + 1]].ToDouble());
            Assert.That(score.NegativeLogLikelihood, Is.EqualTo(expected).Within(1e-3));
            Assert.That(score.Tokens, Is.EqualTo(ids.Length - 1));
        }
    }

    /// <summary>Choices are ranked by the likelihood a token that full passes give.</summary>
    [Test]
    public void ScoreChoices_RanksByTheInsertedElements()
    {
        string[] choices = ["ab", "hgfedc", "cd"];
        var data = _ml.Data.LoadFromEnumerable([new Question { Prompt = "abcd", Continuations = choices }]);
        var options = new ScoreChoicesOptions { Choices = 3, Normalization = ChoiceNormalization.Characters };
        var score = _ml.LanguageModels().ScoreChoices(_model, options).Fit(data).Transform(data).GetColumn<float[]>("Score").Single();
        var expected = choices.Select(choice => -NegativeLogLikelihood(choice) / choice.Length).Select(Math.Exp).ToList();
        Assert.That(score, Is.EqualTo(expected.Select(x => x / expected.Sum())).Within(1e-4));

        double NegativeLogLikelihood(string choice)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            int? begin = _model.Special.Bos ?? _model.Special.Eos;
            long[] own = [.. _model.Tokenizer.EncodeToIds("abcd" + choice).Select(id => (long)id)];
            long[] ids = begin is { } id ? [id, .. own] : own;
            var logp = _model.Module.call(tensor(ids, [1, ids.Length])).log_softmax(-1);
            return Enumerable.Range(ids.Length - choice.Length, choice.Length).Sum(t => -logp[0, t - 1, ids[t]].ToDouble());
        }
    }

    /// <summary>Fine-tuning takes a concept model like any other, insertion and all, and leaves it alone.</summary>
    [Test]
    public void FineTuneLora_OfAConceptModel_TunesIt()
    {
        var before = _model.Fingerprint;
        var tuned = _ml.LanguageModels().FineTuneLora(_model, new LoraOptions
        {
            MaxSteps = 20, BatchSize = 4, SequenceLength = 12, LearningRate = 0.02, Rank = 2,
        }).Fit(Toy.Rows(_ml));
        Assert.That(tuned.Model.Config.Insertion, Is.EqualTo(_model.Config.Insertion));
        Assert.That(Loss(tuned.Model), Is.LessThan(Loss(_model)));
        using var same = _model.WithModule(_model.Module.ShareWeights());
        Assert.That(same.Fingerprint, Is.EqualTo(before));

        double Loss(LanguageModel model) => LanguageLoss.Of(
            model, Toy.Rows(_ml), new PretrainOptions { SequenceLength = 12, BatchSize = 5 });
    }

    private sealed class Question
    {
        public string Prompt { get; set; } = "";

        public string[] Continuations { get; set; } = [];
    }

    [Test]
    public void Teacher_WithTwoHiddenStatesAToken_IsRefused() => Assert.That(
        () => new ConceptTeacher(_model, null!, 2), Throws.ArgumentException.With.Message.Contains("expected 0 to 1."));

    [Test]
    public void Steering_OfAModelWithoutConcepts_SaysSo()
    {
        using var plain = new LanguageModel(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), _model.Tokenizer);
        Assert.That(() => _ml.Concepts().Steer(plain, new()), Throws.ArgumentException.With.Message.Contains("inserts no concepts"));
        Assert.That(() => _ml.Concepts().ConceptsOf(plain, "ab"), Throws.ArgumentException.With.Message.Contains("predicts no concepts"));
        Assert.That(() => _ml.Concepts().Steer(_model, new() { Concept = 20, MeanStrength = double.NaN }),
            Throws.ArgumentException.With.Message.Contains("expected 0 to 19").And.Message.Contains("a finite number"));
    }
}

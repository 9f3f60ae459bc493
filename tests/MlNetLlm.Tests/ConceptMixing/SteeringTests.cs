using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Looking at concepts and steering them.</summary>
public sealed class SteeringTests
{
    private readonly MLContext _ml = new(1);
    private ConceptTeacher _teacher = null!;

    [OneTimeSetUp]
    public void Make() => _teacher = ConceptToy.Teacher();

    [OneTimeTearDown]
    public void Free()
    {
        _teacher.Model.Dispose();
        _teacher.Autoencoder.Dispose();
    }

    [Test]
    public void ConceptsOf_AText_NamesEveryTokensActiveConcepts()
    {
        const string text = "abcab cd gh eabcd fgh";                              // longer than one window
        var table = _ml.Concepts().ConceptsOf(_teacher, text);
        var (positions, tokens) = (table.GetColumn<int>("Position").ToList(), table.GetColumn<string>("Token").ToList());
        Assert.That(positions.Distinct(), Is.EqualTo(Enumerable.Range(0, text.Length)));
        Assert.That(positions.Zip(tokens), Is.All.Matches<(int Position, string Token)>(row => row.Token == $"{text[row.Position]}"));
        Assert.That(table.GetColumn<float>("Strength"), Is.All.Positive);
        var attributions = table.GetColumn<float>("Attribution").ToList();
        Assert.That(float.IsNaN(attributions[^1]), Is.True);
        Assert.That(attributions.Zip(positions).Where(row => row.Second < 10).Select(row => row.First), Is.All.Not.NaN);
    }

    [Test]
    public void Steered_MovesAlongTheConceptAlone()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var states = randn(2, 3, 8, generator: generator);
        var direction = _teacher.Autoencoder.Direction(4);
        var moved = (ConceptSteering.Steered(_teacher.Autoencoder, states, 4, 2.5, direction) - states).reshape(6, 8);
        var codes = _teacher.Autoencoder.EncodeAll(TeacherPass.Numbers(states));
        for (var row = 0; row < 6; row++)
        {
            var expected = direction.Select(x => x * codes[row].Deviation * (2.5f - codes[row].StrengthOf(4)));
            Assert.That(TeacherPass.Numbers(moved[row]), Is.EqualTo(expected).Within(1e-5));
        }
    }

    [Test]
    public void Statistics_AgreeWithTheTable()
    {
        var statistics = _ml.Concepts().Statistics(_teacher, ConceptToy.Text(), ConceptToy.Quick);
        var frequent = statistics.MostFrequent(3);
        Assert.That(frequent.Select(statistics.Frequency), Is.Ordered.Descending.And.All.InRange(0.01, 1.0));
        Assert.That(frequent.Select(statistics.MeanStrength), Is.All.Positive);
        Assert.That(statistics.Contexts(frequent[0]), Has.Count.EqualTo(5));
        Assert.That(Enumerable.Range(0, 24).Sum(statistics.Frequency), Is.InRange(1.0, 5.0));      // concepts a position, k at most
    }

    [Test]
    public void Run_OfTheTeachersOwnMeanings_FindsThemAgain()
    {
        var statistics = _ml.Concepts().Statistics(_teacher, ConceptToy.Text(), ConceptToy.Quick);
        IReadOnlyList<IReadOnlyList<int>> prompts = [[2, 3, 4, 5], [6, 2, 3, 9], [8, 8, 3, 2], [5, 4, 10, 2]];
        var meanings = statistics.MostFrequent(4).Select(concept
            => ConceptMeaning.Of(_teacher, concept, 5 * statistics.MeanStrength(concept), prompts, tokens: 2)).ToList();
        var outcomes = SteeringEvaluation.Run(SteeringEvaluation.Of(_teacher, statistics), meanings, [-5, 0, 2, 5], prompts);
        Assert.That(outcomes.Select(outcome => outcome.Concept), Is.EqualTo(meanings.Select(meaning => meaning.Concept)));
        Assert.That(outcomes.Select(outcome => outcome.Retrieved), Is.All.True);
        Assert.That(outcomes.Select(outcome => outcome.Alignment), Is.All.EqualTo(1).Within(1e-9));
        Assert.That(outcomes.Average(outcome => outcome.OwnRise), Is.GreaterThan(outcomes.Average(outcome => outcome.OthersRise)));
        Assert.That(outcomes.Select(outcome => outcome.Masses.Count), Is.All.EqualTo(4));
        Assert.That(outcomes.Average(outcome => outcome.DoseResponse), Is.Positive);
    }

    [Test]
    public void Losses_AtEachStrength_AreThoseOfSteeredPasses()
    {
        using var quiet = no_grad();
        var statistics = _ml.Concepts().Statistics(_teacher, ConceptToy.Text(), ConceptToy.Quick);
        var concept = statistics.MostFrequent(1)[0];
        var losses = SteeringEvaluation.Losses(_teacher, statistics, concept, [0, 4], ConceptToy.Text(), ConceptToy.Quick);
        using var windows = TeacherWindows.Read(_teacher.Model, ConceptToy.Text(), ConceptToy.Quick.Reading(), default);
        for (var i = 0; i < 2; i++)
        {
            var edit = ConceptSteering.Edit(_teacher, concept, 4 * i * statistics.MeanStrength(concept));
            var expected = windows.Batches(0, windows.Count, 1).SelectMany(batch => Losses(batch, edit)).ToList();
            Assert.That(losses[i], Is.EqualTo(expected.Average()).Within(1e-5));
        }
        Assert.That(losses[1], Is.Not.EqualTo(losses[0]).Within(1e-4));

        IEnumerable<float> Losses(WindowBatch batch, Func<string, Tensor, Tensor> edit)
        {
            using var scope = NewDisposeScope();
            var module = _teacher.Model.Module;
            var hidden = module.Hidden(tensor(batch.Tokens, [1, batch.Time]), new ForwardOptions { Edit = edit });
            return TeacherPass.Numbers(Objectives.NegativeLogLikelihood(
                module.Head, hidden, tensor(batch.Targets, [1, batch.Time]), module.Config.VocabularySize))[..^1];
        }
    }

    [Test]
    public void TokenRate_CountsTheRaisedTokens()
    {
        var rate = SteeringEvaluation.TokenRate([[1, 2, 3], [2, 2], []], new ConceptMeaning(0, [], [2, 7]));
        Assert.That(rate.Estimate, Is.EqualTo(0.6).Within(1e-12));
        Assert.That(rate.Lower, Is.LessThan(0.6).And.GreaterThan(0));
    }

    [TestCase(new[] { 1.0, 2, 3 }, new[] { 10.0, 20, 90 }, 1.0)]
    [TestCase(new[] { 1.0, 2, 3 }, new[] { 5.0, 4, -9 }, -1.0)]
    [TestCase(new[] { 1.0, 2, 3, 4 }, new[] { 1.0, 3, 2, 4 }, 0.8)]                 // 1 − 6 · 2 / (4 · 15)
    [TestCase(new[] { 1.0, 1, 2 }, new[] { 1.0, 1, 2 }, 1.0)]
    public void Spearman_OfKnownValues_IsThatByHand(double[] x, double[] y, double expected) =>
        Assert.That(SteeringMath.Spearman(x, y), Is.EqualTo(expected).Within(1e-12));

    [Test]
    public void Mass_OfTokens_IsTheirProbability() =>
        Assert.That(SteeringMath.Mass([0, MathF.Log(2), MathF.Log(3)], [1, 2]), Is.EqualTo(5.0 / 6).Within(1e-6));

    [Test]
    public void Steer_PromisesWhatItDelivers_AndLoadsTheSame()
    {
        var data = Toys.Rows("abab ", "cd", "hgfe abc");
        var options = new SteerConceptOptions { Concept = 3, Strength = 4 };
        var estimator = _ml.Concepts().Steer(_teacher, options, new GenerationOptions { MaxTokens = 5 });
        ConceptToy.RequireSteering(estimator, data);
    }

    [Test]
    public void Steer_ByItsOwnStrength_ChangesWhatIsWritten()
    {
        var data = Toys.Rows("abab ", "cd", "hgfe abc", "b", "efgh", "dd dd");
        var plain = Texts(null);
        Assert.That(Enumerable.Range(0, 6).Select(concept => Texts(concept)), Has.Some.Not.EqualTo(plain));

        List<string> Texts(int? concept)
        {
            var generation = new GenerationOptions { MaxTokens = 8 };
            ITransformer step = concept is { } number
                ? _ml.Concepts().Steer(_teacher, new() { Concept = number, Strength = 20 }, generation).Fit(data)
                : _ml.LanguageModels().Generate(_teacher.Model, generation).Fit(data);
            return [.. step.Transform(data).GetColumn<string>("Generated")];
        }
    }

    [Test]
    public void Steer_OfAnUnknownConcept_SaysWhichThereAre() => Assert.That(
        () => _ml.Concepts().Steer(_teacher, new() { Concept = 24, MeanStrength = 0 }), Throws.ArgumentException.With.Message.EqualTo(
            "SteerConceptOptions: Concept is 24; expected 0 to 23. MeanStrength is 0; expected above 0."));

    /// <summary>Layer n is the output of the n-th block: the released code, which counts from 0, calls it n − 1.</summary>
    [Test]
    public void Teacher_AtALayer_ReadsWhatSoManyBlocksGive([Values(0, 1, 2)] int layer)
    {
        using var scope = NewDisposeScope();
        var teacher = new ConceptTeacher(_teacher.Model, _teacher.Autoencoder, layer);
        using var kept = new Activations(teacher.Activation);
        var tokens = tensor(new long[] { 3, 4, 5 }, [1, 3]);
        _teacher.Model.Module.Hidden(tokens, new ForwardOptions { Activations = kept });
        var states = _teacher.Model.Module.Hidden(tokens, new ForwardOptions { Layers = layer });
        Assert.That(TeacherPass.Numbers(kept[teacher.Activation]), Is.EqualTo(TeacherPass.Numbers(states)));
        Assert.That(teacher.Activation, Is.EqualTo(layer == 0 ? "embeddings" : $"layers.{layer - 1}"));
    }

    [Test]
    public void Steer_Literally_MultipliesTheConceptsOwnActivation()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2);
        var states = randn(1, 40, 8, generator: generator);
        var direction = _teacher.Autoencoder.Direction(4);
        var moved = (ConceptSteering.Steered(_teacher.Autoencoder, states, 4, 3, direction, literal: true) - states).reshape(40, 8);
        var codes = _teacher.Autoencoder.EncodeAll(TeacherPass.Numbers(states));
        for (var row = 0; row < 40; row++)
            Assert.That(TeacherPass.Numbers(moved[row]), Is.EqualTo(direction.Select(
                x => x * codes[row].Deviation * 2 * codes[row].StrengthOf(4))).Within(1e-4));
        Assert.That(codes.Select(code => code.StrengthOf(4)), Has.Some.Zero.And.Some.Positive);
    }

    [Test]
    public void Run_OfAModelThatSteeringLeavesAlone_RetrievesNothing()
    {
        float[][] raised = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];
        var meanings = raised.Select((changes, concept) => new ConceptMeaning(concept, changes, [concept])).ToList();
        var outcomes = SteeringEvaluation.Run(
            (_, _, prompts) => [.. prompts.Select(_ => new float[] { 1, 2, 3 })], meanings, [0, 5], [[1]]);
        Assert.That(outcomes.Select(outcome => outcome.Retrieved), Is.All.False);
    }

    [Test]
    public void Teacher_OfParts_ThatDoNotFit_SaysSo() => Assert.That(
        () => new ConceptTeacher(_teacher.Model, _teacher.Autoencoder, 3), Throws.ArgumentException.With.Message.StartsWith(
            "layer is 3, the model has 2 layers: expected 0 to 2."));
}

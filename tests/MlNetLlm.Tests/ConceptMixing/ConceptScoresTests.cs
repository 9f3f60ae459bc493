using MlNetLlm.ConceptMixing;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.ConceptMixing;

/// <summary>Attribution: both ways to compute it agree, and its sign says what removing a concept does.</summary>
public sealed class ConceptScoresTests
{
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
    public void Of_AllConcepts_AgreesOnTheActiveOnes()
    {
        var (tokens, targets) = Window(seed: 5);
        var pass = TeacherPass.Run(_teacher, tokens, targets, 1, ConceptToy.Quick);
        var all = new List<PositionScores>();
        ConceptScores.Of(_teacher.Autoencoder, pass.States, pass.Slopes, ConceptCandidates.All, (_, scores)
            => all.Add(scores with { Attributions = [.. scores.Attributions] }));
        ConceptScores.Of(_teacher.Autoencoder, pass.States, pass.Slopes, ConceptCandidates.Active, (position, scores) =>
        {
            Assert.That(all[position].Concepts, Has.Length.EqualTo(_teacher.Autoencoder.Latents));
            Assert.That(all[position].Strengths.Count(strength => strength >= all[position].Least), Is.EqualTo(scores.Concepts.Length));
            for (var i = 0; i < scores.Concepts.Length; i++)
            {
                Assert.That(all[position].Attributions[scores.Concepts[i]], Is.EqualTo(scores.Attributions[i]).Within(1e-4));
                Assert.That(all[position].Strengths[scores.Concepts[i]], Is.EqualTo(scores.Strengths[i]).Within(1e-4));
            }
        });
        Assert.That(all, Has.Count.EqualTo(tokens.Length));
    }

    /// <summary>
    /// Taking a tenth of the best Plus concept away lowers the teacher's loss, of the best Minus concept raises it; by the attribution,
    /// to first order.
    /// </summary>
    [Test]
    public void Attribution_SaysWhatRemovingAConceptDoes([Values] ConceptGradient gradient)
    {
        var options = ConceptToy.Quick with { Gradient = gradient };
        var (plus, minus, errors, sizes) = (new List<double>(), new List<double>(), 0.0, 0.0);
        for (var seed = 0; seed < 6; seed++)
        {
            var (tokens, targets) = Window(seed);
            var pass = TeacherPass.Run(_teacher, tokens, targets, 1, options);
            var before = Losses(tokens, targets, value => value);
            ConceptScores.Of(_teacher.Autoencoder, pass.States, pass.Slopes, ConceptCandidates.Active, (position, scores) =>
            {
                if (targets[position] == TokenBatch.Ignored) return;
                var labels = new int[1];
                foreach (var (kind, changes) in new[] { (ConceptLabelKind.Plus, plus), (ConceptLabelKind.Minus, minus) })
                {
                    LabelSelection.Select(scores, kind, labels);
                    if (labels[0] == LabelSelection.None) continue;
                    var deviation = _teacher.Autoencoder.Encode(pass.States.AsSpan(position * 8, 8)).Deviation;
                    var place = Array.IndexOf(scores.Concepts, labels[0]);
                    var by = 0.1f * deviation * scores.Strengths[place];
                    var after = Losses(tokens, targets, value => Weaker(value, position, labels[0], by));
                    var change = gradient == ConceptGradient.NextToken ? after[position] - before[position] : after.Sum() - before.Sum();
                    changes.Add(change);
                    errors += Math.Abs(change + 0.1 * deviation * scores.Attributions[place]);
                    sizes += Math.Abs(change);
                }
            });
        }
        Assert.That(plus.Average(), Is.Negative);
        Assert.That(minus.Average(), Is.Positive);
        Assert.That(errors, Is.LessThan(0.35 * sizes));
    }

    /// <summary>With equation 1's gradient a position's slopes do not depend on what comes after its next token.</summary>
    [Test]
    public void Slopes_OfTheNextTokenAlone_DoNotDependOnLaterTokens()
    {
        var (tokens, targets) = Window(seed: 2);
        var other = tokens.ToArray();
        other[^1] = (other[^1] + 3) % 9 + 2;
        long[] otherTargets = [.. other[1..], TokenBatch.Ignored];
        foreach (var gradient in Enum.GetValues<ConceptGradient>())
        {
            var options = ConceptToy.Quick with { Gradient = gradient };
            var (a, b) = (TeacherPass.Run(_teacher, tokens, targets, 1, options).Slopes,
                TeacherPass.Run(_teacher, other, otherTargets, 1, options).Slopes);
            var early = Enumerable.Range(0, (tokens.Length - 2) * 8).Max(i => Math.Abs(a[i] - b[i]));
            Assert.That(early, gradient == ConceptGradient.NextToken ? Is.LessThan(1e-6) : Is.GreaterThan(1e-4), $"{gradient}");
        }
    }

    private static (long[] Tokens, long[] Targets) Window(int seed)
    {
        var random = new Random(seed);
        long[] tokens = [.. Enumerable.Range(0, 12).Select(_ => (long)random.Next(2, 11))];
        return (tokens, [.. tokens[1..], TokenBatch.Ignored]);
    }

    private Tensor Weaker(Tensor value, int position, int concept, float by)
    {
        var moved = value.clone();
        moved[0, position] = moved[0, position] - tensor(_teacher.Autoencoder.Direction(concept)) * by;
        return moved;
    }

    private double[] Losses(long[] tokens, long[] targets, Func<Tensor, Tensor> edit)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var module = _teacher.Model.Module;
        var hidden = module.Hidden(
            tensor(tokens, [1, tokens.Length]),
            new ForwardOptions { Edit = (name, value) => name == _teacher.Activation ? edit(value) : value });
        var losses = Objectives.NegativeLogLikelihood(
            module.Head, hidden, tensor(targets, [1, tokens.Length]), module.Config.VocabularySize);
        return [.. TeacherPass.Numbers(losses).Select(loss => (double)loss)];
    }
}

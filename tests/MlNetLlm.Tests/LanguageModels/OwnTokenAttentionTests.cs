using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>The gradient that keeps a token's effect on its own prediction only.</summary>
public sealed class OwnTokenAttentionTests
{
    [Test]
    public void Causal_WithOwnTokenGradient_HasTheSameValuesAndFusedAsByOperators([Values(1, 2)] int group, [Values(5, 18)] int time)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3);
        using var masks = new AttentionMasks(ToyModels.Gpt2 with { ContextLength = 32, Heads = 2 * group, KeyValueHeads = 2 });
        var mask = masks.Causal(0, time, ScalarType.Float32, CPU);
        var upper = randn(2, time, 2 * group * 3, generator: generator);
        var plain = Run((q, k, v) => AttentionMath.Causal(q, k, v, mask));
        var fused = Run((q, k, v) => AttentionMath.Causal(q, k, v, mask, ownToken: true));
        var operators = Run((q, k, v) => OwnTokenAttention.Of(q, k, v, mask));
        Assert.That(ToyModels.LargestDifference(fused.Mixed, plain.Mixed), Is.LessThan(1e-6));
        Assert.That(ToyModels.LargestDifference(operators.Mixed, plain.Mixed), Is.LessThan(1e-5));
        for (var i = 0; i < 3; i++)
            Assert.That(ToyModels.LargestDifference(fused.Gradients[i], operators.Gradients[i]), Is.LessThan(1e-5), $"gradient {i}");
        Assert.That(ToyModels.LargestDifference(fused.Gradients[0], plain.Gradients[0]), Is.LessThan(1e-5), "the query's is whole");
        Assert.That(ToyModels.LargestDifference(fused.Gradients[1], plain.Gradients[1]), Is.GreaterThan(1e-3), "the key's is not");

        (Tensor Mixed, Tensor[] Gradients) Run(Func<Tensor, Tensor, Tensor, Tensor> attend)
        {
            using var same = new Generator(4);
            Tensor[] inputs =
            [
                randn(2, time, 2 * group, 3, generator: same), randn(2, time, 2, 3, generator: same), randn(2, time, 2, 3, generator: same),
            ];
            foreach (var input in inputs) input.requires_grad_(true);
            var mixed = attend(inputs[0], inputs[1], inputs[2]);
            (mixed * upper).sum().backward();
            return (mixed.detach(), [.. inputs.Select(input => input.grad!)]);
        }
    }

    private static IEnumerable<TestCaseData> Causal =>
        ToyModels.Causal.Where(test => ((TransformerConfig)test.Arguments[0]!).Insertion is not { Mixing: InsertionMixing.Interleave });

    /// <summary>Moving one hidden state moves its own loss, or all later losses, by what the gradient says.</summary>
    [TestCaseSource(nameof(Causal))]
    public void Gradient_OfTheSummedLoss_IsThatOfFiniteDifferences(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        foreach (var parameter in model.parameters()) parameter.requires_grad = false;
        const int time = 7, layer = 1;
        var tokens = ToyModels.Tokens(1, time);
        var targets = ToyModels.Tokens(1, time, seed: 9);
        var (own, all) = (Slopes(true), Slopes(false));
        using var generator = new Generator(8);
        var direction = randn(config.Width, generator: generator);
        const float step = 4e-3f;
        for (var t = 0; t < time; t++)
        {
            var changes = (Losses(t, step) - Losses(t, -step)) / (2 * step);                                     // (time)
            var along = Along(own, t);
            Assert.That(changes[t].ToDouble(), Is.EqualTo(along).Within(0.02 * Math.Abs(along) + 0.01), $"own loss of {t}");
            Assert.That(changes.sum().ToDouble(), Is.EqualTo(Along(all, t)).Within(0.02 * Math.Abs(Along(all, t)) + 0.03), $"all of {t}");
        }

        double Along(Tensor slopes, int t) => (slopes[0, t] * direction).sum().ToDouble();

        Tensor Slopes(bool ownToken)
        {
            Tensor start = null!;
            var hidden = model.Hidden(tokens, new ForwardOptions
            {
                OwnTokenGradient = ownToken,
                Edit = (name, value) => name != $"layers.{layer - 1}" ? value
                    : start = value.detach().clone().requires_grad_(true).DetachFromDisposeScope(),
            });
            Objectives.NextToken(model, hidden, targets).backward();
            return start.grad!.clone();
        }

        Tensor Losses(int t, float by)
        {
            using var quiet = no_grad();
            var hidden = model.Hidden(tokens, new ForwardOptions
            {
                Edit = (name, value) =>
                {
                    if (name != $"layers.{layer - 1}") return value;
                    var moved = value.clone();
                    moved[0, t] = moved[0, t] + direction * by;
                    return moved;
                },
            });
            return Objectives.NegativeLogLikelihood(model.Head, hidden, targets, config.VocabularySize)[0];
        }
    }

    [Test]
    public void Hidden_WithOwnTokenGradientAndACache_IsRefused()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        using var cache = new KvCache(model, 1, 8);
        Assert.That(() => model.Hidden(ToyModels.Tokens(1, 3), new ForwardOptions { OwnTokenGradient = true, Cache = cache }),
            Throws.ArgumentException.With.Message.StartsWith("OwnTokenGradient is set together with a cache"));
    }
}

using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class TransformerModelTests
{
    [Test]
    public void Parameters_OfLlama_HaveDottedNames()
    {
        using var model = new TransformerModel(ToyModels.Llama with { Layers = 1, TiedHead = false });

        Assert.That(model.named_parameters().Select(p => p.name), Is.EquivalentTo(new[]
        {
            "embeddings.token.weight", "layers.0.attention_norm.weight", "layers.0.attention.query.weight", "layers.0.attention.key.weight",
            "layers.0.attention.value.weight", "layers.0.attention.output.weight", "layers.0.mlp_norm.weight", "layers.0.mlp.gate.weight",
            "layers.0.mlp.up.weight", "layers.0.mlp.down.weight", "final_norm.weight", "head.weight",
        }));
    }

    [Test]
    public void Projections_OfTwoLayers_AreListedInOrder()
    {
        using var model = new TransformerModel(ToyModels.Llama);

        string[] kinds = ["attention.query", "attention.key", "attention.value", "attention.output", "mlp.gate", "mlp.up", "mlp.down"];
        Assert.That(model.Projections.Select(p => p.Name),
            Is.EqualTo(Enumerable.Range(0, 2).SelectMany(l => kinds.Select(k => $"layers.{l}.{k}"))));
        Assert.That(model.Projections[8].Kind, Is.EqualTo(ProjectionKind.Key));
        Assert.That(model.Projections[8].Weight.shape, Is.EqualTo(new long[] { 4, 8 }));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Forward_WithSameSeed_GivesSameBits(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var first = ToyModels.Create(config);
        using var second = ToyModels.Create(config);
        using var other = ToyModels.Create(config, seed: 2);
        var tokens = ToyModels.Tokens(2, 7);

        Assert.That(ToyModels.Values(second.call(tokens)), Is.EqualTo(ToyModels.Values(first.call(tokens))));
        Assert.That(ToyModels.Values(other.call(tokens)), Is.Not.EqualTo(ToyModels.Values(first.call(tokens))));
    }

    [Test]
    public void Constructor_WithSeed_DrawsWeightsAsDocumented()
    {
        using var random = new Generator(3);
        using var model = new TransformerModel(
            TransformerConfig.Gpt2(vocabularySize: 600, width: 128, layers: 2, heads: 2, contextLength: 200), random);
        var weights = model.named_parameters().ToDictionary(p => p.name, p => ToyModels.Values(p.parameter));

        Assert.Multiple(() =>
        {
            Assert.That(Deviation("embeddings.token.weight"), Is.EqualTo(0.02).Within(0.0005));
            Assert.That(Deviation("embeddings.position.weight"), Is.EqualTo(0.02).Within(0.0005));
            Assert.That(Deviation("layers.1.mlp.up.weight"), Is.EqualTo(0.02).Within(0.0005));
            Assert.That(Deviation("layers.1.mlp.down.weight"), Is.EqualTo(0.01).Within(0.0003));
            Assert.That(Deviation("layers.0.attention.output.weight"), Is.EqualTo(0.01).Within(0.0003));
            Assert.That(weights["layers.0.attention.query.bias"], Is.All.Zero);
            Assert.That(weights["final_norm.weight"], Is.All.EqualTo(1));
        });

        double Deviation(string name) => Math.Sqrt(weights[name].Average(w => (double)w * w));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.Causal))]
    public void Forward_OfCausalModel_IgnoresLaterTokens(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        var tokens = ToyModels.Tokens(2, 9);

        var whole = model.call(tokens).narrow(1, 0, 4);
        var start = model.call(tokens.narrow(1, 0, 4));

        Assert.That(ToyModels.LargestDifference(whole, start), Is.LessThan(1e-5));
    }

    [Test]
    public void Forward_OfBidirectionalModel_SeesLaterTokens()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Roberta);
        var tokens = ToyModels.Tokens(1, 6);

        var whole = model.call(tokens).narrow(1, 0, 4);
        var start = model.call(tokens.narrow(1, 0, 4));

        Assert.That(ToyModels.LargestDifference(whole, start), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Forward_WithSlidingWindow_ForgetsTokensOutsideIt()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Windowed with { Layers = 1 });
        var tokens = ToyModels.Tokens(1, 8);
        var changed = tokens.clone();
        changed[0, 4] = (tokens[0, 4] + 1).remainder(11);

        var difference = (model.call(tokens) - model.call(changed)).abs().amax([2]);    // (1, 8): a window of 3 is seen by 4, 5 and 6

        Assert.That(ToyModels.Values(difference).Select(d => d > 1e-4),
            Is.EqualTo(new[] { false, false, false, false, true, true, true, false }));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Hidden_WithLengths_EqualsRowsWithoutPadding(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        var tokens = ToyModels.Tokens(3, 6);
        var lengths = tensor(new long[] { 6, 2, 4 });

        var padded = model.Hidden(tokens, new ForwardOptions { Lengths = lengths });

        foreach (var (row, length) in new[] { (0, 6), (1, 2), (2, 4) })
        {
            var alone = model.Hidden(tokens.narrow(0, row, 1).narrow(1, 0, length));
            Assert.That(ToyModels.LargestDifference(padded.narrow(0, row, 1).narrow(1, 0, length), alone), Is.LessThan(1e-5));
        }
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Hidden_WithoutGradients_GoesAFewRowsAtATimeToTheSameStates(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        var batch = (2 * RowPieces.TokensAThread * get_num_threads() / 15) + 3;                  // two whole pieces and a small one
        var tokens = ToyModels.Tokens(batch, 15);
        var padded = new ForwardOptions { Lengths = 1 + arange(batch, ScalarType.Int64).remainder(15) };
        var (plain, unfinished) = (new ForwardOptions(), padded with { Layers = 1 });
        var all = new[] { plain, padded, unfinished };

        var whole = all.Select(pass => model.Hidden(tokens, pass)).ToArray();
        using var quiet = no_grad();
        var passes = 0;
        var pieces = all.Select(pass => model.Hidden(tokens, pass)).ToArray();
        RowPieces.Cat(tokens, padded, (rows, pass) => model.Hidden(rows, pass with { Edit = (name, value) =>
        {
            passes += name == "embeddings" ? 1 : 0;
            return value;
        } }));

        Assert.That(all.Select(pass => RowPieces.Suit(tokens, pass, dropout: 0)), Is.All.True);
        Assert.That(passes, Is.EqualTo(3));
        foreach (var (expected, states) in whole.Zip(pieces))
            Assert.That(ToyModels.LargestDifference(states, expected), Is.LessThan(1e-6 * Largest(expected)));

        static double Largest(Tensor states) => Math.Max(1, states.abs().max().ToDouble());
    }

    [Test]
    public void Hidden_ThatIsWatchedOrDrops_TakesAllRowsAtOnce()
    {
        using var scope = NewDisposeScope();
        var tokens = ToyModels.Tokens(RowPieces.TokensAThread * get_num_threads(), 2);
        using var kept = new Activations("final");

        Assert.That(RowPieces.Suit(tokens, ForwardOptions.None, dropout: 0), Is.False, "gradients");
        using var quiet = no_grad();
        Assert.That(RowPieces.Suit(tokens, ForwardOptions.None, dropout: 0), Is.True);
        Assert.That(RowPieces.Suit(tokens.narrow(0, 0, 3), ForwardOptions.None, dropout: 0), Is.False, "few");
        Assert.That(RowPieces.Suit(tokens, ForwardOptions.None, dropout: 0.1), Is.False);
        Assert.That(RowPieces.Suit(tokens, new ForwardOptions { Activations = kept }, dropout: 0), Is.False);
        Assert.That(RowPieces.Suit(tokens, new ForwardOptions { Edit = (_, value) => value }, dropout: 0), Is.False);
        Assert.That(RowPieces.Suit(tokens, new ForwardOptions { LayerRows = _ => null }, dropout: 0), Is.False);
    }

    [Test]
    public void Head_AfterHidden_IsForward()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Gpt2);
        var tokens = ToyModels.Tokens(2, 5);

        Assert.That(ToyModels.Values(model.Head(model.Hidden(tokens))), Is.EqualTo(ToyModels.Values(model.call(tokens))));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void ShareWeights_GivesSameBitsOverSameStorageFrozen(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        using var shared = model.ShareWeights();
        var tokens = ToyModels.Tokens(2, 5);

        Assert.That(ToyModels.Values(shared.call(tokens)), Is.EqualTo(ToyModels.Values(model.call(tokens))));
        Assert.That(shared.parameters().Select(p => p.requires_grad), Is.All.False);
        Assert.That(model.parameters().Select(p => p.requires_grad), Is.All.True);

        using (no_grad())
            model.TokenEmbedding.add_(1);
        Assert.That(ToyModels.Values(shared.TokenEmbedding), Is.EqualTo(ToyModels.Values(model.TokenEmbedding)));
    }

    [Test]
    public void ShareWeights_Disposed_LeavesBaseAlive()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var tokens = ToyModels.Tokens(1, 4);
        var before = ToyModels.Values(model.call(tokens));

        model.ShareWeights().Dispose();

        Assert.That(ToyModels.Values(model.call(tokens)), Is.EqualTo(before));
    }

    [Test]
    public void CopyWeights_WhenChanged_LeavesBaseAlone()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var tokens = ToyModels.Tokens(1, 4);
        var before = ToyModels.Values(model.call(tokens));
        using var copy = model.CopyWeights();
        Assert.That(ToyModels.Values(copy.call(tokens)), Is.EqualTo(before));
        Assert.That(copy.parameters().Select(p => p.requires_grad), Is.All.True);

        using (no_grad())
            foreach (var parameter in copy.parameters())
                parameter.mul_(2);

        Assert.That(ToyModels.Values(model.call(tokens)), Is.EqualTo(before));
    }

    [Test]
    public void Forward_InsideDisposeScopeOfItsMaking_SurvivesTheScope()
    {
        TransformerModel model;
        using (NewDisposeScope())
        {
            model = ToyModels.Create(ToyModels.Llama);
            model.call(ToyModels.Tokens(1, 3));
        }
        using var scope = NewDisposeScope();

        Assert.That(ToyModels.Values(model.call(ToyModels.Tokens(1, 3))), Is.All.Not.NaN);
        model.Dispose();
    }

    [Test]
    public void Forward_InInferenceMode_DoesNotSpoilLaterTraining()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using (inference_mode())
            model.call(ToyModels.Tokens(1, 5));

        model.call(ToyModels.Tokens(1, 5)).sum().backward();

        Assert.That(model.TokenEmbedding.grad, Is.Not.Null);
    }

    [Test]
    public void Hidden_WithTokenOutsideVocabulary_NamesIdAndVocabulary()
    {
        using var scope = NewDisposeScope();
        using var model = new TransformerModel(ToyModels.Llama);

        Assert.That(() => model.Hidden(tensor(new long[] { 1, 11 }, [1, 2])), Throws.ArgumentException.With.Message.Contains(
            "Token id 11 is outside the model's vocabulary of 11 tokens (ids 0 to 10)."));
        Assert.That(() => model.Hidden(tensor(new long[] { 1, -1 }, [1, 2])),
            Throws.ArgumentException.With.Message.Contains("Token id -1 is outside"));
    }

    [Test]
    public void Hidden_LongerThanContext_NamesBothLengths()
    {
        using var scope = NewDisposeScope();
        using var model = new TransformerModel(ToyModels.Llama);

        Assert.That(() => model.Hidden(ToyModels.Tokens(1, 17)), Throws.ArgumentException.With.Message.Contains(
            "A row of 17 tokens exceed(s) the model's context length of 16 tokens."));
    }

    [Test]
    public void Hidden_WithTensorsOfWrongShapeOrType_SaysWhatItWants()
    {
        using var scope = NewDisposeScope();
        using var model = new TransformerModel(ToyModels.Llama);

        Assert.That(() => model.Hidden(tensor(new long[] { 1, 2 })),
            Throws.ArgumentException.With.Message.Contains("(batch, time), it was given Int64 (2)"));
        Assert.That(() => model.Hidden(ones(1, 2)), Throws.ArgumentException.With.Message.Contains("it was given Float32 (1, 2)"));
        Assert.That(() => model.Head(ones(1, 7)),
            Throws.ArgumentException.With.Message.Contains("'head' takes tensors of shape (…, 8), it was given (1, 7)"));
        Assert.That(() => model.Projections[0].call(ones(3)),
            Throws.ArgumentException.With.Message.Contains("'layers.0.attention.query' takes"));
        Assert.That(
            () => model.Hidden(ToyModels.Tokens(2, 3), new ForwardOptions { Lengths = tensor(new long[] { 3, 4 }) }),
            Throws.ArgumentException.With.Message.Contains("Lengths are 3, 4, expected 1 to 3"));
    }

    [Test]
    public void Constructor_WithFaultyConfig_Throws() =>
        Assert.That(() => new TransformerModel(ToyModels.Llama with { Heads = 3 }),
            Throws.ArgumentException.With.Message.StartsWith("TransformerConfig: KeyValueHeads is "));

    [Test]
    public void Forward_WithDropout_DiffersInTrainingOnly()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Gpt2 with { Dropout = 0.5 });
        var tokens = ToyModels.Tokens(2, 6);
        var quiet = ToyModels.Values(model.call(tokens));
        Assert.That(ToyModels.Values(model.call(tokens)), Is.EqualTo(quiet));

        model.train();

        Assert.That(ToyModels.Values(model.call(tokens)), Is.Not.EqualTo(quiet));
    }
}

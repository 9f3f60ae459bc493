using Microsoft.ML;
using MlNetLlm.Ablation;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Importance;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Ablation;

public sealed class AblationTests
{
    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;
    private ModuleMeans _means = null!;

    [OneTimeSetUp]
    public void MakeModel()
    {
        _model = Toy.Model();
        _means = ModuleMeans.Of(_model, Rows(), new AblateOptions());
    }

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Ablate_AMatrix_PutsOutItsMeanWhateverTheInput()
    {
        // The output of mlp.down is the activation layers.0.mlp; its mean over all tokens of all rows, counted one by one:
        var mean = Mean("layers.0.mlp", 8);
        using var ablated = _means.Ablate(_model, ["layers.0.mlp.down"]);
        using var quiet = no_grad();
        using var seen = new Activations("layers.0.mlp");
        ablated.Module.Hidden(ToyModels.Tokens(2, 5, 12, seed: 9), new ForwardOptions { Activations = seen });
        var values = ToyModels.Values(seen["layers.0.mlp"]);
        for (var i = 0; i < values.Length; i++) Assert.That(values[i], Is.EqualTo(mean[i % 8]).Within(1e-5));
    }

    [TestCase("layers.0.attention.head.1", "layers.0.attention.mixed", 4, 4)]      // its two query heads of width 2 come last
    [TestCase("layers.1.mlp.channels.2", "layers.1.mlp.hidden", 6, 3)]
    public void Ablate_AUnit_ReplacesWhatItHandsOnByItsMean(string unit, string activation, int start, int length)
    {
        var mean = Mean(activation, activation.EndsWith("mixed") ? 8 : 12);
        using var ablated = _means.Ablate(_model, [unit]);
        using var quiet = no_grad();
        var tokens = ToyModels.Tokens(3, 6, 12, seed: 4);
        var replaced = new ForwardOptions
        {
            Edit = (name, value) =>
            {
                if (name != activation) return value;
                var edited = value.clone();
                edited.narrow(2, start, length).copy_(tensor(mean[start..(start + length)]));
                return edited;
            },
        };
        var expected = _model.Module.Head(_model.Module.Hidden(tokens, replaced));
        Assert.That(ToyModels.LargestDifference(ablated.Module.forward(tokens), expected), Is.LessThan(1e-5));
        Assert.That(ToyModels.LargestDifference(ablated.Module.forward(tokens), _model.Module.forward(tokens)), Is.GreaterThan(1e-3));
    }

    [Test]
    public void Ablate_Nothing_IsTheModelItself() =>
        Assert.That(_means.Ablate(_model, []).Fingerprint, Is.EqualTo(_model.Fingerprint));

    [Test]
    public void Ablate_Everything_LeavesATokenNoEarlierOne()
    {
        using var ablated = _means.Ablate(_model, ModelModules.Of(_model.Config).Select(module => module.Name));
        using var quiet = no_grad();
        var logits = ablated.Module.forward(tensor(new long[] { 3, 4, 5, 7, 8, 5 }, [2, 3]));
        Assert.That(ToyModels.LargestDifference(logits[0][2], logits[1][2]), Is.LessThan(1e-6), "the same last token");
        Assert.That(ToyModels.LargestDifference(logits[0][0], logits[1][0]), Is.GreaterThan(1e-3), "another first one");
    }

    [Test]
    public void Ablate_AUnitAndItsMatrix_IsTheMatrix()
    {
        using var both = _means.Ablate(_model, ["layers.1.mlp.channels.0", "layers.1.mlp.down"]);
        using var matrix = _means.Ablate(_model, ["layers.1.mlp.down"]);
        Assert.That(both.Fingerprint, Is.EqualTo(matrix.Fingerprint));
    }

    [Test]
    public void Ablate_LeavesTheModelAloneAndSavesLikeAnyOther()
    {
        using var folder = new TemporaryFolder();
        var before = new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer).Fingerprint;
        using var ablated = _means.Ablate(_model, ["layers.1.attention.query", "layers.0.attention.head.0"]);
        ablated.Save(folder["ablated"]);
        using var loaded = LanguageModel.Load(folder["ablated"]);
        Assert.That(loaded.Fingerprint, Is.EqualTo(ablated.Fingerprint));
        Assert.That(new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer).Fingerprint, Is.EqualTo(before));
        Assert.That(ablated.Fingerprint, Is.Not.EqualTo(before));
    }

    [Test]
    public void Fit_IsTheSameAsTheMeansByHand()
    {
        var options = new AblateOptions { Modules = ["layers.0.mlp.up"] };
        var fitted = _ml.LanguageModels().Ablate(_model, options).Fit(Rows());
        Assert.That(fitted.Model.Fingerprint, Is.EqualTo(_means.Ablate(_model, options.Modules).Fingerprint));
        Assert.That(() => _ml.LanguageModels().Ablate(_model, options with { Modules = ["layers.0.mlp.upp"] }),
            Throws.ArgumentException.With.Message.Contains("Did you mean 'layers.0.mlp.up'?"));
        Assert.That(() => _ml.LanguageModels().Ablate(_model, options with { ChannelGroups = 0, BatchTokens = 0 }),
            Throws.ArgumentException.With.Message.Contains("ChannelGroups is 0").And.Message.Contains("BatchTokens is 0"));
    }

    [Test]
    public void Of_ABatchOfMoreRowsThanAPassTakesAtOnce_IsTheMeanOverAll()
    {
        const int Time = 6, Few = 50;
        var rows = RowPieces.TokensAThread * get_num_threads() / Time + 5;
        var random = new Random(4);
        long[] tokens = [.. Enumerable.Range(0, rows * Time).Select(_ => (long)random.Next(_model.Config.VocabularySize))];
        long[] lengths = [.. Enumerable.Range(0, rows).Select(_ => (long)random.Next(1, Time + 1))];
        using var whole = ModuleMeans.Of(_model, [Batch(0, rows)], default).Ablate(_model, ["layers.1.mlp.up"]);
        var batches = Enumerable.Range(0, (rows + Few - 1) / Few).Select(part => Batch(part * Few, Few));
        using var parts = ModuleMeans.Of(_model, batches, default).Ablate(_model, ["layers.1.mlp.up"]);
        Assert.That(ToyModels.LargestDifference(Bias(whole), Bias(parts)), Is.LessThan(1e-5));

        TokenBatch Batch(int from, int most)
        {
            var count = Math.Min(most, rows - from);
            var ids = tokens[(from * Time)..((from + count) * Time)];
            return TokenBatch.Of(ids, ids, count) with { Lengths = tensor(lengths[from..(from + count)]) };
        }

        Tensor Bias(LanguageModel model) => model.Module.Projections.Single(projection => projection.Name == "layers.1.mlp.up").Bias!;
    }

    [Test]
    public void Means_OfAnotherShape_AreRefused()
    {
        using var other = new LanguageModel(ToyModels.Create(_model.Config with { FeedForwardWidth = 9 }), _model.Tokenizer);
        Assert.That(() => _means.Ablate(other, ["layers.0.mlp.down"]), Throws.ArgumentException.With.Message.Contains("another model"));
    }

    private static IDataView Rows() => ImportanceToys.View(ImportanceToys.Rows());

    // Row by row, without padding.
    private float[] Mean(string activation, int width)
    {
        using var quiet = no_grad();
        var (sum, tokens) = (new double[width], 0);
        foreach (var row in ImportanceToys.Rows())
        {
            long[] ids = [_model.Special.Bos!.Value, .. _model.Tokenizer.EncodeToIds(row.Prompt).Select(id => (long)id)];
            using var seen = new Activations(activation);
            _model.Module.Hidden(tensor(ids, [1, ids.Length]), new ForwardOptions { Activations = seen });
            var values = ToyModels.Values(seen[activation]);
            for (var i = 0; i < values.Length; i++) sum[i % width] += values[i];
            tokens += ids.Length;
        }
        return [.. sum.Select(total => (float)(total / tokens))];
    }
}

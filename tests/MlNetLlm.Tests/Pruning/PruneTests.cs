using Microsoft.ML;
using MlNetLlm.Checkpoints;
using MlNetLlm.Communities;
using MlNetLlm.FineTuning;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Importance;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Pruning;

public sealed class PruneTests
{
    // 4 layers, 4 query heads of width 2 that share 2 key heads, 12 hidden units
    private static readonly TransformerConfig _llama = ToyModels.Llama with { VocabularySize = 12, Layers = 4 };

    private static readonly PruneOptions _block = new() { Ratio = 0.5 };

    private readonly MLContext _ml = new(1);

    private static IEnumerable<TestCaseData> Cases()
    {
        foreach (var config in new[] { ToyModels.Llama with { Layers = 4 }, ToyModels.Gpt2, ToyModels.CodeGen }
                     .Select(config => config with { VocabularySize = 12 }))
        {
            yield return Case("local", config, _block);
            yield return Case("global", config, _block with { Selection = PruneSelection.Global, Ratio = 0.4 });
            yield return Case("vectorised", config, _block with { Form = TaylorForm.Vectorised });
            yield return Case("second", config, _block with { Form = TaylorForm.Mixed, Selection = PruneSelection.Global });
        }
        yield return Case("layers", _llama, _block with { PrunedLayers = "1,2" });
        yield return Case("channels", _llama, new PruneOptions { Scheme = PruneScheme.Channel, RescaleNorms = true, Ratio = 0.3 });

        static TestCaseData Case(string name, TransformerConfig config, PruneOptions options) =>
            new TestCaseData(config, options).SetArgDisplayNames($"{config.Architecture}-{name}");
    }

    [TestCaseSource(nameof(Cases))]
    public void Fit_MakesASmallerModelThatComputesWhatTheMaskedOneDoes(TransformerConfig config, PruneOptions options)
    {
        using var model = Model(config);
        var pruned = Prune(model, options);
        using var masked = Masked(model, pruned.Learned);
        using var quiet = no_grad();
        var tokens = ToyModels.Tokens(3, 9, 12);
        Assert.That(Size(pruned.Model), Is.LessThan(Size(model)));
        Assert.That(ToyModels.LargestDifference(pruned.Model.Module.forward(tokens), masked.forward(tokens)), Is.LessThan(2e-5));
        Assert.That(ToyModels.LargestDifference(pruned.Model.Module.forward(tokens), model.Module.forward(tokens)), Is.GreaterThan(1e-3));
    }

    [TestCaseSource(nameof(Cases))]
    public void Save_ThenLoad_GivesTheSameModel(TransformerConfig config, PruneOptions options)
    {
        using var folder = new TemporaryFolder();
        using var model = Model(config);
        var pruned = Prune(model, options).Model;
        pruned.Save(folder["own"]);
        using var loaded = LanguageModel.Load(folder["own"]);
        Assert.That(loaded.Fingerprint, Is.EqualTo(pruned.Fingerprint));
    }

    [Test]
    public void Fit_WhereEveryLayerKeepsAsMuch_IsAnOrdinaryModelThatOthersCanRead()
    {
        using var folder = new TemporaryFolder();
        using var model = Model(_llama);
        foreach (var options in new[] { _block, new PruneOptions { Scheme = PruneScheme.Channel } })
        {
            var pruned = Prune(model, options).Model;
            Assert.That(pruned.Config.Uniform);
            HuggingFaceFolder.SaveModule(pruned.Module, folder["hub"]);
            using var loaded = HuggingFaceFolder.LoadModule(folder["hub"]);
            Assert.That(loaded.Config, Is.EqualTo(pruned.Config));
            using var quiet = no_grad();
            var tokens = ToyModels.Tokens(2, 5, 12);
            Assert.That(ToyModels.Values(loaded.forward(tokens)), Is.EqualTo(ToyModels.Values(pruned.Module.forward(tokens))));
        }
    }

    [Test]
    public void Local_TakesAsMuchFromEveryLayer()
    {
        using var model = Model(_llama);
        var parts = Prune(model, _block).Learned;
        Assert.That(parts.Heads.Select(kept => kept.Count), Is.All.EqualTo(1));
        Assert.That(parts.Channels.Select(kept => kept.Count), Is.All.EqualTo(6));
        Assert.That(parts.Retained.Values, Is.All.EqualTo(0.5));
        var little = Prune(model, _block with { Ratio = 0.2 }).Learned;                        // ⌈0.2 · 8⌉ rows make no whole head
        Assert.That(little.Heads.Select(kept => kept.Count), Is.All.EqualTo(2));
        Assert.That(little.Channels.Select(kept => kept.Count), Is.All.EqualTo(12 - 3));
    }

    [Test]
    public void Channel_TakesAsMuchFromEverything()
    {
        using var model = Model(_llama);
        var parts = Prune(model, new PruneOptions { Scheme = PruneScheme.Channel, Ratio = 0.25 }).Learned;
        Assert.That(parts.Width, Has.Count.EqualTo(6));
        Assert.That(parts.Retained.Values, Is.All.EqualTo(0.75));
        Assert.That(parts.PrunedConfig, Is.EqualTo(_llama with { Width = 6 }));
    }

    [Test]
    public void Global_TakesTheLeastImportantPerWeight()
    {
        using var model = Model(_llama);
        var rows = ImportanceToys.Rows(10, sets: "one");
        var parts = Prune(model, _block with { Selection = PruneSelection.Global, Ratio = 0.3, RowsPerDataSet = 0 }).Learned;
        var scores = _ml.LanguageModels().ModuleImportance(model, new()
        {
            Granularity = ModuleGranularity.Units, ChannelGroups = 12, Gradients = GradientSum.Summed, RowsPerDataSet = 0,
        }).Fit(ImportanceToys.View(rows));
        var units = scores.Modules.Select((unit, i) => (Score: scores.Matrix.Values[0, i], Kept: unit.Kind == ModuleKind.Head
            ? parts.Heads[unit.Layer].Contains(unit.Index)
            : parts.Channels[unit.Layer].Contains(unit.Index), unit.Parameters, unit.Layer, unit.Kind)).ToList();
        var removed = units.Where(unit => !unit.Kept).ToList();
        var share = (double)removed.Sum(unit => unit.Parameters) / units.Sum(unit => unit.Parameters);
        Assert.That(share, Is.LessThanOrEqualTo(0.3).And.GreaterThan(0.2));
        // All that stay are more important than all that go, but for the last of its kind in a layer.
        var last = units.Where(u => u.Kept).GroupBy(u => (u.Layer, u.Kind)).Where(g => g.Count() == 1).SelectMany(g => g).ToHashSet();
        var staying = units.Where(unit => unit.Kept && !last.Contains(unit)).Min(unit => unit.Score);
        Assert.That(removed.Max(unit => unit.Score), Is.LessThanOrEqualTo(staying * 1.0001));
        Assert.That(parts.Heads.Concat(parts.Channels).Select(kept => kept.Count), Is.All.GreaterThan(0));
    }

    [Test]
    public void Groups_AreScoredOverAllTheirMembers()
    {
        // An unimportant gate row does not save a hidden unit whose up row and down column matter, nor the other way round.
        using var model = Model(_llama);
        using (no_grad())
            foreach (var projection in model.Module.Projections.Where(p => p.Name == "layers.1.mlp.down"))
                projection.Weight.narrow(1, 3, 2).mul_(1e-4);                                   // hidden units 3 and 4 reach almost nothing
        using var changed = model.WithModule(model.Module.CopyWeights());
        var parts = Prune(changed, _block with { Ratio = 0.15 }).Learned;                        // two of twelve
        Assert.That(parts.Channels[1], Is.EqualTo(Enumerable.Range(0, 12).Except([3, 4])));
    }

    [Test]
    public void Parts_OfOneModel_FitNoOther()
    {
        using var model = Model(_llama);
        using var other = Model(_llama with { Layers = 3 });
        var parts = Prune(model, _block).Learned;
        Assert.That(() => parts.ApplyTo(other), Throws.ArgumentException.With.Message.Contains("another shape"));
    }

    [Test]
    public void APrunedModel_CanBePrunedFineTunedAndScored()
    {
        using var model = Model(_llama);
        var once = Prune(model, _block with { Selection = PruneSelection.Global, Ratio = 0.3 }).Model;
        var twice = Prune(once, _block with { Selection = PruneSelection.Global, Ratio = 0.3 });
        using var masked = Masked(once, twice.Learned);
        using var quiet = no_grad();
        var tokens = ToyModels.Tokens(2, 6, 12);
        Assert.That(ToyModels.LargestDifference(twice.Model.Module.forward(tokens), masked.forward(tokens)), Is.LessThan(2e-5));
        using var graph = enable_grad();
        var options = new FullOptions { MaxSteps = 2, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01 };
        var chain = _ml.LanguageModels().FineTuneFull(twice.Model, options).Append(_ml.LanguageModels().Score()).Fit(Toy.Rows(_ml));
        Assert.That(_ml.LanguageModels().Evaluate(chain.Transform(Toy.Rows(_ml))).NegativeLogLikelihood, Is.Positive);
    }

    [Test]
    public void Create_WithFaultyOptions_NamesThem()
    {
        using var model = Model(_llama);
        Assert.That(() => _ml.LanguageModels().Prune(model, new PruneOptions
            {
                Ratio = 1, Scheme = PruneScheme.Channel, PrunedLayers = "0", SkipRows = -1,
            }),
            Throws.ArgumentException.With.Message.Contains("Ratio is 1").And.Message.Contains("PrunedLayers is '0' and Scheme is Channel")
                .And.Message.Contains("SkipRows is -1"));
        using var gpt2 = Model(ToyModels.Gpt2 with { VocabularySize = 12 });
        Assert.That(
            () => _ml.LanguageModels().Prune(gpt2, new PruneOptions { Scheme = PruneScheme.Channel, RescaleNorms = true }),
            Throws.ArgumentException.With.Message.Contains("RescaleNorms is true and 'gpt2' has LayerNorm"));
    }

    private static LanguageModel Model(TransformerConfig config) => new(ToyModels.Create(config), Toy.Model().Tokenizer);

    private ModelTransformer<PrunedParts> Prune(LanguageModel model, PruneOptions options) =>
        _ml.LanguageModels().Prune(model, options).Fit(ImportanceToys.View(ImportanceToys.Rows(10, sets: "one")));

    private static long Size(LanguageModel model) => model.Module.parameters().Sum(parameter => parameter.numel());

    /// <summary>The whole model with what was pruned set to zero; of the residual stream, in everything that writes to it.</summary>
    private static TransformerModel Masked(LanguageModel model, PrunedParts parts)
    {
        using var quiet = no_grad();
        var masked = model.Module.CopyWeights();
        var (d, shared) = (model.Config.HeadWidth, model.Config.Heads / model.Config.KeyValueHeads);
        foreach (var projection in masked.Projections)
        {
            if (projection.Kind == ProjectionKind.Output)
                Zero(projection.Weight, 1, Others(projection.InputWidth, parts.Heads[projection.Layer], shared * d));
            if (projection.Kind == ProjectionKind.Down)
                Zero(projection.Weight, 1, Others(projection.InputWidth, parts.Channels[projection.Layer], 1));
            if (projection.Kind is ProjectionKind.Output or ProjectionKind.Down)
                Zero(projection.Weight, 0, Others(projection.OutputWidth, parts.Width, 1));
        }
        Zero(masked.TokenEmbedding, 1, Others(model.Config.Width, parts.Width, 1));
        masked.eval();
        return masked;

        static IEnumerable<int> Others(int size, IReadOnlyList<int> kept, int width) =>
            Enumerable.Range(0, size).Where(i => !kept.Contains(i / width));

        static void Zero(Tensor weight, int axis, IEnumerable<int> lines)
        {
            foreach (var line in lines) weight.narrow(axis, line, 1).zero_();
        }
    }
}

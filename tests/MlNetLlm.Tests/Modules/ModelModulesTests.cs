using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.Modules;

public sealed class ModelModulesTests
{
    [Test]
    public void Of_Matrices_AreTheModelsProjectionsWithTheirSizes()
    {
        foreach (var config in new[] { ToyModels.Llama, ToyModels.Gpt2, ToyModels.CodeGen })
        {
            using var model = ToyModels.Create(config);
            var modules = ModelModules.Of(config);
            Assert.That(modules.Select(m => m.Name), Is.EqualTo(model.Projections.Select(p => p.Name)));
            Assert.That(modules.Select(m => m.Parameters), Is.EqualTo(model.Projections.Select(p => p.Weight.numel())));
            Assert.That(modules.Select(m => $"{m.Kind} {m.Layer}"), Is.EqualTo(model.Projections.Select(p => $"{p.Kind} {p.Layer}")));
        }
    }

    [Test]
    public void Of_Units_CoverEveryWeightOfEveryMatrixOnce()
    {
        foreach (var config in new[] { ToyModels.Llama, ToyModels.Gpt2 })
        {
            using var model = ToyModels.Create(config);
            var units = ModelModules.Of(config, ModuleGranularity.Units, channelGroups: 5);
            foreach (var projection in model.Projections)
            {
                var slices = units.SelectMany(unit => unit.Slices).Where(slice => slice.Matrix == projection.Name).ToList();
                var size = slices[0].Dimension == 0 ? projection.OutputWidth : projection.InputWidth;
                Assert.That(slices.Select(slice => slice.Dimension).Distinct().Count(), Is.EqualTo(1), projection.Name);
                Assert.That(
                    slices.SelectMany(slice => Enumerable.Range(slice.Start, slice.Length)), Is.EquivalentTo(Enumerable.Range(0, size)));
                Assert.That(slices.Sum(slice => slice.Parameters), Is.EqualTo(projection.Weight.numel()));
            }
        }
    }

    [Test]
    public void Of_Units_CoupleAKeyHeadWithItsQueryHeads()
    {
        var config = ToyModels.Llama;   // 4 query heads of width 2, 2 key heads
        var head = ModelModules.Of(config, ModuleGranularity.Units).Single(unit => unit.Name == "layers.1.attention.head.1");
        Assert.That(head.Slices, Is.EqualTo(new WeightSlice[]
        {
            new("layers.1.attention.query", 0, 4, 4, 8), new("layers.1.attention.key", 0, 2, 2, 8),
            new("layers.1.attention.value", 0, 2, 2, 8), new("layers.1.attention.output", 1, 4, 4, 8),
        }));
    }

    [Test]
    public void Of_TheMiniatureModel_Has56MatricesAnd64Units()
    {
        var config = TransformerConfig.Llama(256, 96, 8, 4, 64, feedForwardWidth: 256);
        Assert.That(ModelModules.Of(config), Has.Count.EqualTo(56));
        Assert.That(ModelModules.Of(config, ModuleGranularity.Units), Has.Count.EqualTo(64));
        Assert.That(ModelModules.Of(config).Sum(m => m.Parameters), Is.EqualTo(8 * (4 * 96 * 96 + 3 * 96 * 256)));
    }

    [Test]
    public void Named_AnUnknownOrDoubledName_IsRefused()
    {
        Assert.That(() => ModelModules.Named(ToyModels.Llama, ["layers.0.mlp.upp"]),
            Throws.ArgumentException.With.Message.EqualTo(
                "The model has no module 'layers.0.mlp.upp'. Did you mean 'layers.0.mlp.up'?"));
        Assert.That(() => ModelModules.Named(ToyModels.Llama, ["layers.0.mlp.up", "layers.0.mlp.up"]),
            Throws.ArgumentException.With.Message.Contains("stands twice"));
        Assert.That(() => ModelModules.Of(ToyModels.Llama, ModuleGranularity.Units, 13),
            Throws.ArgumentException.With.Message.Contains("13 groups of hidden units were asked for; layer 0 has 12 units"));
    }
}

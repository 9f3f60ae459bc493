using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Tests.Modules;

public sealed class ModuleChoiceTests
{
    private static readonly IReadOnlyList<ModelModule> _all =
        ModelModules.Of(TransformerConfig.Llama(16, 8, 6, 2, 16, feedForwardWidth: 12));

    private static readonly string[] _community =
        ["layers.0.attention.query", "layers.3.attention.query", "layers.1.mlp.gate", "layers.2.mlp.down", "layers.2.mlp.up"];

    private static readonly string[] _other = ["layers.4.attention.value", "layers.5.attention.value"];

    [Test]
    public void Matched_HasTheSameKindsAndParametersOutsideTheCommunity([Range(1, 20)] int seed)
    {
        var chosen = ModuleChoice.Matched(_all, _community, seed);
        Assert.That(chosen.Intersect(_community), Is.Empty);
        Assert.That(Kinds(chosen), Is.EqualTo(Kinds(_community)));
        Assert.That(ModuleChoice.Parameters(_all, chosen), Is.EqualTo(ModuleChoice.Parameters(_all, _community)));
    }

    [Test]
    public void Choose_IsAFunctionOfItsSeed()
    {
        foreach (var regime in new[] { ModuleRegime.RandomMatched, ModuleRegime.RandomAny })
        {
            Assert.That(Choose(regime, 5), Is.EqualTo(Choose(regime, 5)));
            Assert.That(Enumerable.Range(0, 20).Select(seed => string.Join(' ', Choose(regime, seed))).Distinct().Count(),
                Is.GreaterThan(15));
        }
    }

    [Test]
    public void Any_TakesEveryModuleEquallyOften()
    {
        var counts = Enumerable.Range(0, 2000).SelectMany(seed => ModuleChoice.Any(_all, 5, seed)).CountBy(name => name).ToList();
        Assert.That(counts, Has.Count.EqualTo(_all.Count));
        var expected = 2000.0 * 5 / _all.Count;                                        // 238; standard deviation about 14.5
        Assert.That(counts.Select(pair => Math.Abs(pair.Value - expected)).Max(), Is.LessThan(5 * 14.5));
    }

    [Test]
    public void Choose_TheFixedRegimes_GivesThemInTheModelsOrder()
    {
        Assert.That(Choose(ModuleRegime.Community), Is.EqualTo(_all.Select(m => m.Name).Where(_community.Contains)));
        Assert.That(Choose(ModuleRegime.WrongCommunity), Is.EqualTo(_other));
        Assert.That(Choose(ModuleRegime.All), Has.Count.EqualTo(42));
        Assert.That(Choose(ModuleRegime.None), Is.Empty);
        Assert.That(Choose(ModuleRegime.RandomAny), Has.Count.EqualTo(5));
    }

    [Test]
    public void Matched_WithTooFewOutside_IsRefusedOrOverlaps()
    {
        string[] four = [.. Enumerable.Range(0, 4).Select(layer => $"layers.{layer}.mlp.up")];
        Assert.That(() => ModuleChoice.Matched(_all, four, 1), Throws.ArgumentException.With.Message.Contains(
            "The community has 4 modules of kind Up and only 2 are outside it"));
        var overlapping = ModuleChoice.Matched(_all, four, 1, allowOverlap: true);
        Assert.That(overlapping, Has.Count.EqualTo(4).And.SupersetOf(new[] { "layers.4.mlp.up", "layers.5.mlp.up" }));
    }

    [Test]
    public void Choose_WithAnUnknownOrNoName_IsRefused()
    {
        Assert.That(() => ModuleChoice.Choose(ModuleRegime.Community, _all, ["layers.9.mlp.up"], [], 1),
            Throws.ArgumentException.With.Message.StartsWith("The model has no module 'layers.9.mlp.up'. Did you mean 'layers."));
        Assert.That(() => ModuleChoice.Choose(ModuleRegime.WrongCommunity, _all, _community, [], 1),
            Throws.ArgumentException.With.Message.Contains("wrongCommunity"));
        Assert.That(() => ModuleChoice.Any(_all, 43, 1), Throws.ArgumentException.With.Message.Contains("there are 42"));
    }

    private static IReadOnlyList<string> Choose(ModuleRegime regime, int seed = 1) =>
        ModuleChoice.Choose(regime, _all, _community, _other, seed);

    private static IEnumerable<ModuleKind> Kinds(IEnumerable<string> names) =>
        names.Select(name => _all.Single(module => module.Name == name).Kind).Order();
}

using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class FunctionAreasTests
{
    private static readonly IReadOnlyList<ModelModule> Modules = ModelModules.Of(TransformerConfig.Llama(8, 8, 4, 2, 8));

    // Two functions with a data set each; the first two layers serve the first one, the others the second.
    private static readonly Partition Functions = new([0, 1]);

    private static readonly Partition Communities = Partition.Of(Modules.Select(module => module.Layer / 2));

    private static double[,] Residuals()
    {
        var residuals = new double[2, Modules.Count];
        for (var w = 0; w < Modules.Count; w++)
            for (var d = 0; d < 2; d++)
                residuals[d, w] = (Modules[w].Layer / 2 == d ? 1 : -1) * (1 + 0.01 * w);
        return residuals;
    }

    [Test]
    public void Of_TakesTheBestOfItsCommunity()
    {
        var areas = FunctionAreas.Of(Residuals(), Functions, Communities, Modules, 3);
        Assert.That(areas[0], Is.EqualTo(new[] { "layers.1.mlp.down", "layers.1.mlp.up", "layers.1.mlp.gate" }));
        Assert.That(areas[1], Is.EqualTo(new[] { "layers.3.mlp.down", "layers.3.mlp.up", "layers.3.mlp.gate" }));
    }

    [Test]
    public void Of_LeavesAsManyOfEachKindOutside()
    {
        var whole = Partition.Whole(Modules.Count);
        foreach (var area in FunctionAreas.Of(Residuals(), Functions, whole, Modules, Modules.Count))
        {
            Assert.That(area, Is.Not.Empty.And.Unique);
            Assert.That(() => ModuleChoice.Matched(Modules, area, 1), Throws.Nothing);
        }
    }
}

using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class DepthMatchingTests
{
    private static string[] Modules(int layers) =>
        [.. ModelModules.Of(TransformerConfig.Llama(8, 8, layers, 2, 8)).Select(module => module.Name)];

    [Test]
    public void Shallower_SumsNeighbouringLayers_KindByKind()
    {
        var (deep, shallow) = (Modules(6), Modules(2));
        // Module k of layer l matters l + k / 10 to the one data set.
        var table = new MatrixTable(["set"], deep, [[.. Enumerable.Range(0, deep.Length).Select(i => i / 7 + i % 7 / 10.0)]]);
        var matched = DepthMatching.Shallower(table, shallow)!;
        Assert.That(matched.Columns, Is.EqualTo(shallow));
        Assert.That(matched.Values[0], Is.EqualTo(Enumerable.Range(0, 14).Select(i => (i < 7 ? 3 : 12) + i % 7 * 0.3)).Within(1e-12));
    }

    [Test]
    public void Shallower_WithTheSameDepth_IsTheSame()
    {
        var table = new MatrixTable(["set"], Modules(2), [[.. Enumerable.Range(0, 14).Select(i => (double)i)]]);
        Assert.That(DepthMatching.Shallower(table, Modules(2))!.Values[0], Is.EqualTo(table.Values[0]));
    }

    [Test]
    public void Shallower_WhereLayersDoNotDivide_OrKindsDiffer_IsNothing()
    {
        var table = new MatrixTable(["set"], Modules(3), [new double[21]]);
        Assert.That(DepthMatching.Shallower(table, Modules(2)), Is.Null);
        Assert.That(DepthMatching.Shallower(table, [.. Modules(1).Skip(1)]), Is.Null);
    }
}

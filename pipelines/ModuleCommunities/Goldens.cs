using MlNetLlm.Communities;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A network small enough to be worked out by hand, with its layers, projections and modularities.</summary>
internal static class Goldens
{
    /// <summary>The largest deviation of what the code finds from what the hand found.</summary>
    public static double Deviation()
    {
        double[,] dataSetsByModules = { { 2, 1, 0 }, { 1, 2, 0 }, { 0, 0, 3 }, { 0, 1, 2 } };
        double[,] skills = { { 1, 0 }, { 1, 0 }, { 0, 1 }, { 0, 1 } };
        var b = Projections.SkillsByModules(skills, dataSetsByModules);
        var modules = Projections.ColumnGraph(b);
        var two = new Partition([0, 0, 1]);
        (double Found, double Expected)[] values =
        [
            .. Entries(b, [3, 3, 0, 0, 1, 5]),
            .. Entries(Projections.RowGraph(b).ToDense(), [18, 3, 3, 26]),
            .. Entries(modules.ToDense(), [9, 9, 0, 9, 10, 5, 0, 5, 25]),
            (Modularity.Of(modules, two), 0.412455), (Modularity.Of(modules.WithoutLoops(), two), -0.063776),
            (Modularity.Of(modules, Partition.Singletons(3)), 0.393728),
            .. Enumerable.Range(0, 3).Select(node => (modules.Strength(node), (double)new[] { 27, 34, 55 }[node])),
        ];
        return values.Max(value => Math.Abs(value.Found - value.Expected));
    }

    private static IEnumerable<(double Found, double Expected)> Entries(double[,] found, double[] expected) =>
        found.Cast<double>().Zip(expected);
}

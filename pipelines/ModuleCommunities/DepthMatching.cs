using System.Globalization;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Compares models of different depth: neighbouring layers of the deeper one stand for a layer of the other.</summary>
internal static class DepthMatching
{
    /// <summary>A deeper model's importances as those of a shallower one: sums over the modules of a kind in neighbouring layers.</summary>
    /// <param name="deep">(data sets, modules) of the deeper model.</param>
    /// <param name="modules">Names of the shallower model's modules, in its order.</param>
    /// <returns>Null where the depths do not divide, or the kinds of modules differ.</returns>
    public static MatrixTable? Shallower(MatrixTable deep, IReadOnlyList<string> modules)
    {
        var (layers, wanted) = (Layers(deep.Columns), Layers(modules));
        if (layers % wanted != 0) return null;
        var place = modules.Index().ToDictionary(module => module.Item, module => module.Index, StringComparer.Ordinal);
        int?[] targets = [.. deep.Columns.Select(name => place.TryGetValue(Moved(name, layers / wanted), out var at) ? at : (int?)null)];
        if (targets.Any(target => target is null) || targets.Distinct().Count() != modules.Count) return null;
        return new MatrixTable(deep.Rows, modules, [.. deep.Values.Select(row =>
        {
            var sums = new double[modules.Count];
            foreach (var (value, target) in row.Zip(targets)) sums[target!.Value] += value;
            return sums;
        })]);
    }

    private static int Layers(IReadOnlyList<string> modules) => modules.Max(LayerOf) + 1;

    private static int LayerOf(string module) => int.Parse(module.Split('.')[1], CultureInfo.InvariantCulture);

    // layers.5.mlp.up with two layers for one is layers.2.mlp.up
    private static string Moved(string module, int neighbours)
    {
        var parts = module.Split('.');
        parts[1] = (LayerOf(module) / neighbours).ToString(CultureInfo.InvariantCulture);
        return string.Join('.', parts);
    }
}

using MlNetLlm.Communities;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A modules network as data for reports: similarities in the order of the communities, the strongest of them as edges.</summary>
internal static class CommunityCharts
{
    private const int EdgesANode = 2;

    /// <summary>The similarities of modules that the corrected variant looks for communities in.</summary>
    public static double[,] Similarities(Studied model) => Projections.ColumnCorrelations(
        Scaling.PearsonResiduals(Scaling.RowShares(model.Importance.Taylor.Named().Values))).ToDense();

    /// <summary>The modules, community by community.</summary>
    public static int[] Order(IReadOnlyList<int> communities) =>
        [.. Enumerable.Range(0, communities.Count).OrderBy(node => communities[node]).ThenBy(node => node)];

    /// <summary>Keeps a model's charts in a run's folder.</summary>
    public static void Save(Studied model, string folder, string name)
    {
        var (modules, communities, similar) = (model.Importance.Taylor.Columns, model.Network.Corrected.Communities, Similarities(model));
        Matrix(modules, communities, (i, j) => similar[i, j],
            $"Module communities of {model.Subject.Name}: corrected variant",
            "Correlations of the modules' residual profiles, in the order of the communities.")
            .Save(FileSystems.Default, folder, $"{name}-1");
        Network(modules, communities, similar, model.Subject.Name).Save(FileSystems.Default, folder, $"{name}-2");
        if (model.Network.Published.Draws is not [var draw, ..]) return;
        Matrix(modules, draw.Communities, (i, j) => draw.Communities[i] == draw.Communities[j] ? 1 : 0,
            $"Module communities of {model.Subject.Name}: published variant",
            "1 where one sparsifier draw has two modules in one community.").Save(FileSystems.Default, folder, $"{name}-3");
    }

    private static RunChart Matrix(
        IReadOnlyList<string> modules, IReadOnlyList<int> communities, Func<int, int, double> value, string title, string note)
    {
        var order = Order(communities);
        string[] names = [.. order.Select(node => $"{modules[node]} ({communities[node] + 1})")];
        return new RunChart
        {
            Title = title, Kind = RunChartKind.Matrix, Note = $"{note} The community's number stands behind the module.",
            Rows = names, Columns = names,
            Values = [.. order.Select(i => (IReadOnlyList<double?>)[.. order.Select(j => i == j ? (double?)null : value(i, j))])],
        };
    }

    private static RunChart Network(IReadOnlyList<string> modules, IReadOnlyList<int> communities, double[,] similar, string model)
    {
        var order = Order(communities);
        var edges = from i in Enumerable.Range(0, order.Length) from j in Enumerable.Range(i + 1, order.Length - i - 1)
                    let weight = similar[order[i], order[j]] where weight > 0 orderby weight descending select (i, j, weight);
        var strongest = edges.Take(EdgesANode * order.Length).ToList();
        return new RunChart
        {
            Title = $"Modules network of {model}: corrected variant", Kind = RunChartKind.Network,
            Note = $"The {strongest.Count} strongest correlations of residual profiles; a colour a community.",
            Rows = [.. order.Select(node => modules[node])],
            Columns = [.. order.Select(node => $"community {communities[node] + 1}")],
            Values = [.. strongest.Select(edge => (IReadOnlyList<double?>)[edge.i, edge.j, edge.weight])],
        };
    }
}

using MlNetLlm.Communities;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The published variant: two random sparsifications, projections with self-loops, consensus as in the released code.</summary>
internal sealed class PublishedAnalysis(NetworkOptions options, IQuestions questions, int seed, CancellationToken cancellation)
{
    /// <summary>Draws networks from importances.</summary>
    /// <param name="importance">(data sets, modules), not negative.</param>
    /// <param name="owners">The owner of every module, for the positive control; null elsewhere.</param>
    public PublishedResult Run(NamedMatrix importance, IReadOnlyList<string>? owners = null)
    {
        var draws = Enumerable.Range(0, options.Draws).Select(draw => Draw(importance, owners, draw)).OfType<PublishedDraw>().ToList();
        var agreements = new List<double>();
        for (var i = 0; i < draws.Count; i++)
            for (var j = 0; j < i; j++)
                agreements.Add(OnCommon(draws[i], draws[j]));
        return new PublishedResult(draws, agreements.Count == 0 ? null : agreements.Average());
    }

    /// <summary>The same importances for all modules that have any: what is left is the sparsifier.</summary>
    public static NamedMatrix Constant(NamedMatrix importance)
    {
        var values = (double[,])importance.Values.Clone();
        for (var i = 0; i < values.GetLength(0); i++)
        {
            var used = Enumerable.Range(0, values.GetLength(1)).Where(j => importance.Values[i, j] > 0).ToList();
            var mean = used.Count > 0 ? used.Average(j => importance.Values[i, j]) : 0;
            foreach (var j in used) values[i, j] = mean;
        }
        return importance.With(values);
    }

    private PublishedDraw? Draw(NamedMatrix importance, IReadOnlyList<string>? owners, int draw)
    {
        cancellation.ThrowIfCancellationRequested();
        var networks = ProjectedNetworks.Published(
            questions.Counts, importance, new RandomStream(seed, $"sparsifier {draw}"), new SparsifierOptions { Alpha = options.Alpha });
        if (networks.Modules.Graph.NodeCount < 2 || networks.Skills.Graph.NodeCount < 2) return null;
        var graph = networks.Modules.Graph;
        var modules = Consensus.Find(graph, options.Consensus(seed, published: true), cancellation);
        var skills = Consensus.Find(networks.Skills.Graph, options.Consensus(seed, published: true), cancellation);
        var place = importance.Columns.Index().ToDictionary(column => column.Item, column => column.Index, StringComparer.Ordinal);
        int[] nodes = [.. networks.Modules.Names.Select(name => place[name])];
        return new PublishedDraw(
            nodes, [.. modules.Partition.Labels], graph.EdgeCount, Modularity.Of(graph, modules.Partition),
            Modularity.Of(networks.Skills.Graph, skills.Partition), skills.Partition.Count,
            Agreement.AdjustedRand(skills.Partition, questions.Taxonomy.ByFunction(networks.Skills.Names)),
            owners is null ? null : Agreement.AdjustedRand(modules.Partition, Partition.Of(nodes.Select(node => owners[node]))),
            modules.MeanAdjustedRand, NodeRoles.PublishedParticipation(graph, modules.Partition),
            NodeRoles.Participation(graph, modules.Partition, weighted: false), NodeRoles.PublishedZ(graph, modules.Partition),
            [.. Spectra.Shares(Spectra.Gram(networks.SkillsByModules.Values)).Take(3)]);
    }

    private static double OnCommon(PublishedDraw a, PublishedDraw b)
    {
        var (first, second) = (a.Nodes.Zip(a.Communities).ToDictionary(), b.Nodes.Zip(b.Communities).ToDictionary());
        int[] common = [.. first.Keys.Where(second.ContainsKey)];
        return common.Length < 2 ? 0 : Agreement.AdjustedRand(
            Partition.Of(common.Select(node => first[node])), Partition.Of(common.Select(node => second[node])));
    }
}

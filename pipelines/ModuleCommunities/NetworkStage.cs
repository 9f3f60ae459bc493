using MlNetLlm.Communities;
using MlNetLlm.Pruning;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Networks, communities and tests of a model's importances, both variants; needs no model any more.</summary>
internal sealed class NetworkStage(NetworkOptions options, IQuestions questions, int seed, RunContext context)
{
    /// <summary>Analyses one model.</summary>
    /// <param name="subject">Which.</param>
    /// <param name="importance">Its importances.</param>
    /// <param name="owners">The owner of each of its modules; null = modules have none.</param>
    public NetworkResult Run(Subject subject, ImportanceResult importance, IReadOnlyList<string>? owners)
    {
        context.Display.Stage($"{subject.Name}: networks");
        var corrected = new CorrectedAnalysis(options, questions, seed, context.Cancellation);
        var published = new PublishedAnalysis(options, questions, seed, context.Cancellation);
        var main = Block(importance).First(table => table.Ratio == options.Ratio);
        var matrix = ImportanceStage.Published(main);
        var found = corrected.Run(importance.Taylor.Named(), (importance.FirstHalf.Named(), importance.SecondHalf.Named()));
        return new NetworkResult(
            found, corrected.Run(importance.Units.Named()),
            importance.Taylor.Inner() is { } inner ? corrected.Run(inner.Named()) : null, corrected.Run(importance.Causal()),
            corrected.Run(importance.Retention.First(table => table.Ratio == options.Ratio).Table.Named()), published.Run(matrix, owners),
            published.Run(PublishedAnalysis.Constant(matrix)),
            importance.Pruned.Count == 1 ? [] : [.. importance.Pruned.Select(table => new PublishedAtRatio(
                table.Scheme, table.Ratio, table.IsFlat, published.Run(ImportanceStage.Published(table), owners)))],
            corrected.FalsePositives(importance.Taylor.Named()),
            owners is null ? null : Agreement.AdjustedRand(found.Partition(), Partition.Of(owners)));
    }

    /// <summary>Keeps the layers and what was found in them, so that networks can be drawn again without the model.</summary>
    public void Save(Subject subject, ImportanceResult importance, NetworkResult network, string folder)
    {
        var (taylor, communities) = (importance.Taylor.Named(), network.Corrected.Communities);
        new MultiplexNetwork
        {
            Source = $"{subject.Name}: mean |w g| of every matrix",
            Skills = questions.Counts,
            Importance = taylor,
            Residuals = taylor.With(Scaling.PearsonResiduals(Scaling.RowShares(taylor.Values))),
            Labels = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["functions"] = questions.Sets.ToDictionary(set => set.Name, set => set.Function),
                ["communities"] = taylor.Columns.Index().ToDictionary(module => module.Item, module => $"{communities[module.Index]}"),
            },
            Seeds = new Dictionary<string, long> { ["network"] = seed, ["model"] = subject.Seed },
        }.Save(folder);
    }

    /// <summary>What flipped skill labels do to the skill communities of a model, and to the pairs that skills occur in.</summary>
    public NoiseResult Noise(GeneratedQuestions generated, ImportanceResult importance, double noise)
    {
        context.Display.Stage(FormattableString.Invariant($"skill labels with {noise} flipped"));
        var (agreement, design) = (new List<double>(), new List<double>());
        var functions = generated.Taxonomy.ByFunction(generated.Counts.Columns);
        var pairs = Pairs(generated);
        for (var draw = 0; draw < Math.Min(10, options.Draws); draw++)
        {
            var counts = generated.Count(noise, seed + draw);
            var skills = ProjectedNetworks.Corrected(counts, importance.Taylor.Named()).Skills.Graph;
            agreement.Add(Agreement.AdjustedRand(Found(skills), functions));
            design.Add(pairs is null ? double.NaN : Agreement.AdjustedRand(Found(Projections.ColumnCorrelations(counts.Values)), pairs));
        }
        return new NoiseResult(noise, agreement, [.. design.Where(double.IsFinite)]);
    }

    private Partition Found(WeightedGraph graph) => Consensus.Find(graph, options.Consensus(seed), context.Cancellation).Partition;

    // The pairs of skills that mixed sets join; null where there are no mixed sets.
    private static Partition? Pairs(GeneratedQuestions questions)
    {
        var (mixed, skills) = (SkillQuestions.SkillSet.Mixed, questions.Counts.Columns);
        return questions.Sets.All(set => set.Pure) ? null : Partition.Of(skills.Select(skill =>
            mixed.Index().First(set => set.Item.Skills.Any(part => part.Skill.Name == skill)).Index));
    }

    private static IEnumerable<PrunedTable> Block(ImportanceResult importance) =>
        importance.Pruned.Where(table => table.Scheme == PruneScheme.Block);
}

using System.Globalization;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What the network stage found for one model.</summary>
/// <param name="Corrected">Variant C on the matrices.</param>
/// <param name="Units">Variant C on heads and channel groups.</param>
/// <param name="Published">Variant P, block-wise at the main ratio.</param>
/// <param name="Constant">Variant P on constant importances.</param>
/// <param name="OtherRatios">Variant P at other ratios and channel-wise, where they were measured.</param>
/// <param name="FalsePositives">Share of label shuffles with a significant T1; null = not measured.</param>
/// <param name="OwnerAgreement">Adjusted Rand index of C's module communities and the owners; null where modules have none.</param>
internal sealed record NetworkResult(
    CorrectedResult Corrected, CorrectedResult Units, PublishedResult Published, PublishedResult Constant,
    IReadOnlyList<PublishedAtRatio> OtherRatios, double? FalsePositives, double? OwnerAgreement);

/// <summary>Variant P at one scheme and ratio.</summary>
internal sealed record PublishedAtRatio(PruneScheme Scheme, double Ratio, bool IsFlat, PublishedResult Result);

/// <summary>All that a run found about one model.</summary>
internal sealed record Studied(SubjectResult Result, ImportanceResult Importance, NetworkResult Network)
{
    /// <summary>Which model.</summary>
    public Subject Subject => Result.Subject;
}

/// <summary>T3 and the skill communities with some share of the labels flipped.</summary>
internal sealed record NoiseResult(double Noise, IReadOnlyList<double> SkillAgreement, IReadOnlyList<double> DesignAgreement);

/// <summary>Everything that claims are judged on.</summary>
internal sealed record RunResults(
    CommunitiesOptions Options, IQuestions Questions, IReadOnlyList<Studied> Models, IReadOnlyList<NoiseResult> Noise,
    IReadOnlyList<TuningRun> Tuning, IReadOnlyList<RemovalRun> Removals)
{
    /// <summary>The models of a kind.</summary>
    public IReadOnlyList<Studied> Of(SubjectKind kind) => [.. Models.Where(model => model.Subject.Kind == kind)];

    /// <summary>What claims about language models are about: dense models, or models from folders.</summary>
    public IReadOnlyList<Studied> Main => [.. Models.Where(model => model.Subject.Kind is SubjectKind.Dense or SubjectKind.Folder)];

    /// <summary>The positive controls whose functions share nothing but the ends.</summary>
    public IReadOnlyList<Studied> Positive => [.. Of(SubjectKind.Modular).Where(model => model.Subject.Skip == 1)];

    /// <summary>What the rule of the architectures looks at, for a dense model; null where a part is missing.</summary>
    public ArchitectureMeasures? Measures(Studied model)
    {
        var removals = Removals.Where(run => run.Seed == model.Subject.Seed).ToList();
        if (Positive.Count == 0 || removals.Count == 0 || !Main.Contains(model)) return null;
        var found = model.Network.Corrected;
        return new ArchitectureMeasures(
            ArchitectureMeasures.LambdaOf(found.Functions, Positive.Average(each => each.Network.Corrected.Functions.Statistic)),
            removals.Average(run => run.Selectivity), found.SmallWorld, found.Holm[0], Connectors(model));
    }

    /// <summary>
    /// Adjusted Rand index of C's module communities and owners on the modules that have one: layers that all functions share have no
    /// profile of their own. Null for models without owners.
    /// </summary>
    public double? OwnedAgreement(Studied model)
    {
        if (model.Subject.Kind != SubjectKind.Modular) return null;
        var owners = Options.Modular.Owners(Questions.Sets.Select(set => set.Function).Distinct());
        var owned = model.Importance.Taylor.Columns.Index()
            .Select(module => (Node: module.Index, Owner: owners[int.Parse(module.Item.Split('.')[1], CultureInfo.InvariantCulture)]))
            .Where(module => module.Owner is not null).ToList();
        var found = model.Network.Corrected.Communities;
        return Communities.Agreement.AdjustedRand(
            Communities.Partition.Of(owned.Select(module => found[module.Node])),
            Communities.Partition.Of(owned.Select(module => module.Owner!)));
    }

    /// <summary>Fine-tunings of a regime, by seed and target: at the shared rate, or at the regime's best by validation.</summary>
    public IReadOnlyDictionary<(int Seed, string Target), TuningRun> Tuned(ModuleRegime regime, bool ownRate)
    {
        var runs = Tuning.Where(run => run.Regime == regime).ToList();
        if (runs.Count == 0) return new Dictionary<(int, string), TuningRun>();
        var rate = ownRate
            ? runs.GroupBy(run => run.LearningRate).MaxBy(group => group.Average(run => run.Validation))!.Key
            : runs[0].LearningRate;
        return runs.Where(run => run.LearningRate == rate).ToDictionary(run => (run.Seed, run.Target));
    }

    private static double Connectors(Studied model)
    {
        var importance = model.Importance.Taylor.Named();
        var residuals = Communities.Scaling.PearsonResiduals(Communities.Scaling.RowShares(importance.Values));
        var graph = Communities.Projections.ColumnCorrelations(residuals);
        var participation = Communities.NodeRoles.Participation(graph, model.Network.Corrected.Partition());
        return participation.Average(p => p > 0.62 ? 1.0 : 0);
    }
}

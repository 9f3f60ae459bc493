using System.Globalization;
using MlNetLlm.Communities;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>What the network stage found for one model.</summary>
/// <param name="Corrected">Variant C on the matrices.</param>
/// <param name="Units">Variant C on heads and channel groups.</param>
/// <param name="Inner">Variant C on the matrices without the first and the last layer's; null with no more layers than two.</param>
/// <param name="Causal">Variant C on the matrices by mean ablation (I2) in place of mean |w g| (I1).</param>
/// <param name="Retained">Variant C on units by the share that global pruning keeps (I3).</param>
/// <param name="Published">Variant P, block-wise at the main ratio.</param>
/// <param name="Constant">Variant P on constant importances.</param>
/// <param name="OtherRatios">Variant P at other ratios and channel-wise, where they were measured.</param>
/// <param name="FalsePositives">Share of label shuffles with a significant T1; null = not measured.</param>
/// <param name="OwnerAgreement">Adjusted Rand index of C's module communities and the owners; null where modules have none.</param>
internal sealed record NetworkResult(
    CorrectedResult Corrected, CorrectedResult Units, CorrectedResult? Inner, CorrectedResult Causal, CorrectedResult Retained,
    PublishedResult Published, PublishedResult Constant, IReadOnlyList<PublishedAtRatio> OtherRatios, double? FalsePositives,
    double? OwnerAgreement);

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

    /// <summary>Ways to split the skills into functions of their sizes: T1's p-value is never below one over their number.</summary>
    public double Splits
    {
        get
        {
            var pure = Questions.Sets.Where(set => set.Pure).ToList();
            return PseudoF.Splits(Partition.Of(pure.Select(set => set.Function)), Partition.Of(pure.Select(set => set.Unit)));
        }
    }

    /// <summary>What the rule of the architectures looks at, for a dense model; null where a part is missing.</summary>
    public ArchitectureMeasures? Measures(Studied model)
    {
        var removals = Removals.Where(run => run.Seed == model.Subject.Seed).ToList();
        if (Positive.Count == 0 || removals.Count == 0 || !Main.Contains(model)) return null;
        var found = model.Network.Corrected;
        return new ArchitectureMeasures(
            ArchitectureMeasures.LambdaOf(found.Functions, Positive.Average(each => each.Network.Corrected.Functions.Statistic)),
            RemovalRun.Selectivity(removals), found.SmallWorld, found.Holm[0], Connectors(model));
    }

    /// <summary>
    /// Adjusted Rand index of C's module communities and owners on the modules that have one: layers that all functions share have no
    /// profile of their own. Null for models without owners.
    /// </summary>
    public double? OwnedAgreement(Studied model) => model.Subject.Kind != SubjectKind.Modular ? null : Agreement.AdjustedRand(
        Owned(model.Importance.Taylor.Columns, model.Network.Corrected.Communities),
        Partition.Of(Owners(model.Importance.Taylor.Columns).OfType<string>()));

    /// <summary>The same in the network of the inner layers, where layers that all functions share never were. Null as above.</summary>
    public double? InnerAgreement(Studied model) =>
        model is { Subject.Kind: SubjectKind.Modular, Network.Inner: { } inner } && model.Importance.Taylor.Inner() is { } table
            ? Agreement.AdjustedRand(Owned(table.Columns, inner.Communities), Partition.Of(Owners(table.Columns).OfType<string>()))
            : null;

    /// <summary>Communities of the modules that have an owner.</summary>
    /// <param name="modules">Names of a modular model's modules.</param>
    /// <param name="communities">Their communities.</param>
    public Partition Owned(IReadOnlyList<string> modules, IReadOnlyList<int> communities) =>
        Partition.Of(Owners(modules).Zip(communities).Where(module => module.First is not null).Select(module => module.Second));

    /// <summary>Fine-tunings of a regime, by seed, target and form, in an arm.</summary>
    public IReadOnlyDictionary<TuningUnit, TuningRun> Tuned(ModuleRegime regime, TuningArm arm)
    {
        // The untouched model is the same in every arm.
        var runs = Tuning.Where(run => run.Regime == regime
            && (run.Faithful == (arm == TuningArm.Faithful) || regime == ModuleRegime.None)
            && (arm == TuningArm.SharedRate || run.Form == Options.Tuning!.Forms[0].Name)).ToList();
        if (runs.Count == 0) return new Dictionary<TuningUnit, TuningRun>();
        var rate = arm == TuningArm.OwnRate
            ? runs.GroupBy(run => run.LearningRate).MaxBy(group => group.Average(run => run.Validation))!.Key
            : runs[0].LearningRate;
        return runs.Where(run => run.LearningRate == rate).ToDictionary(run => new TuningUnit(run.Seed, run.Target, run.Form));
    }

    private IEnumerable<string?> Owners(IReadOnlyList<string> modules)
    {
        var owners = Options.Modular.Owners(Questions.Sets.Select(set => set.Function).Distinct());
        return modules.Select(name => owners[int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture)]);
    }

    private static double Connectors(Studied model)
    {
        var importance = model.Importance.Taylor.Named();
        var residuals = Scaling.PearsonResiduals(Scaling.RowShares(importance.Values));
        var graph = Projections.ColumnCorrelations(residuals);
        var participation = NodeRoles.Participation(graph, model.Network.Corrected.Partition());
        return participation.Average(p => p > 0.62 ? 1.0 : 0);
    }
}

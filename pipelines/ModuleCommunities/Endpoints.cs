using MlNetLlm.Communities;
using MlNetLlm.Evaluation;
using MlNetLlm.Modules;
using MlNetLlm.Pruning;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A claim's quantity.</summary>
/// <param name="What">In words, with the unit.</param>
/// <param name="Values">One value a unit: a model, or a model and target; empty = this run cannot tell.</param>
/// <param name="Seeds">Models behind them.</param>
/// <param name="IsExact">Whether the values are facts without error, of which the highest counts.</param>
/// <param name="Test">Null hypothesis value of a sign-flip test over the units; null = the interval alone decides.</param>
/// <param name="Margin">Half-width of an equivalence test; null = none.</param>
/// <param name="Missing">Why there are no values, where there could have been; null = nothing to say.</param>
internal sealed record Endpoint(
    string What, IReadOnlyList<double> Values, int Seeds, bool IsExact = false, double? Test = null, double? Margin = null,
    string? Missing = null);

/// <summary>The quantity of each claim.</summary>
internal static class Endpoints
{
    private const double Level = 0.05;

    /// <summary>Splits of the skills without which T1 can never be significant at <see cref="Level"/>.</summary>
    private const double FewestSplits = 20;

    /// <summary>By the part of a claim's name after the dot.</summary>
    public static IReadOnlyDictionary<string, Func<RunResults, Endpoint>> Known { get; } =
        new Dictionary<string, Func<RunResults, Endpoint>>(StringComparer.Ordinal)
        {
            ["E1"] = _ => new("largest deviation from a network worked out by hand", [Goldens.Deviation()], 1, IsExact: true),
            ["E2"] = Distinct,
            ["E3"] = run => new("adjusted Rand index of co-occurring skills and the design's pairs, a tenth of the labels flipped",
                run.Noise.FirstOrDefault(noise => noise.Noise == 0.1)?.DesignAgreement ?? [], 1),
            ["E4P"] = run => new("P: adjusted Rand index of module communities between sparsifier draws, mean over pairs, by model",
                [.. run.Models.Select(model => model.Network.Published.Stability).OfType<double>()], run.Models.Count),
            ["E4C"] = run => new("C on the positive control: least of Louvain stability, halves and other models, by model",
                [.. run.Positive.Select(model => LeastStability(run, model))], run.Positive.Count),
            ["E4O"] = run => new("C on the positive control, owned modules only: least agreement of halves and with other models, by model",
                [.. run.Positive.Select(model => LeastOwnedStability(run, model))], run.Positive.Count),
            ["E5P"] = run => new("P on the positive control: adjusted Rand index of skill communities and functions, by model",
                Finite(run.Positive.Select(model => model.Network.Published.Mean(draw => draw.SkillAgreement))), run.Positive.Count),
            ["E5C"] = run => new("C on the positive control: adjusted Rand index of module communities and owners, by model",
                [.. run.Positive.Select(model => model.Network.OwnerAgreement).OfType<double>()], run.Positive.Count),
            ["E5O"] = run => new("C on the positive control: adjusted Rand index of communities and owners, owned modules only, by model",
                [.. run.Positive.Select(run.OwnedAgreement).OfType<double>()], run.Positive.Count),
            ["E5D"] = run => OfT1(run, new("C on dense models: F of T1 less its null mean, by model",
                [.. run.Main.Select(model => AboveNull(model.Network.Corrected.Functions))], run.Main.Count)),
            ["E5I"] = run => OfT1(run, new("C on dense models by mean ablation: F of T1 less its null mean, by model",
                [.. run.Main.Select(model => AboveNull(model.Network.Causal.Functions))], run.Main.Count)),
            ["E5M"] = run => new("median correlation of a data set's profiles by mean |w g| and by mean ablation, by dense model",
                [.. run.Main.Select(MeasuresAgree)], run.Main.Count),
            ["E5N"] = run => OfT1(run, new("share of label shuffles with p ≤ 0.05 in T1, the highest of all models",
                [.. run.Models.Select(model => model.Network.FalsePositives).OfType<double>()], run.Models.Count, IsExact: true)),
            ["E6P"] = run => new("P: range of the mean modularity over block-wise ratios",
                RangeOverRatios(run), run.Main.Count, IsExact: true),
            ["E6C"] = run => new("C: median correlation of a data set's profile of retained units between neighbouring ratios, by model",
                [.. run.Models.Where(model => model.Importance.Retention.Count > 1).Select(OverRatios)], 1, IsExact: true),
            ["E6S"] = run => new("C: median correlation of a data set's profile between two dense models, by pair",
                AcrossModels(run), run.Main.Count),
            ["E7P"] = run => new("P: |mean one-term participation less that of constant importance|, by model",
                Finite(run.Main.Select(model => Math.Abs(model.Network.Published.Mean(draw => draw.OneTerm.Average())
                    - model.Network.Constant.Mean(draw => draw.OneTerm.Average())))), run.Main.Count),
            ["E7C"] = run => new("C: mean textbook participation less that of permuted importances, by model",
                [.. run.Main.Select(model => AboveNull(model.Network.Corrected.Participation))], run.Main.Count),
            ["E8"] = run => OfT1(run, new(
                "models whose spectral gap or leading modularity eigenvalue passes its null (p ≤ 0.05) without a significant T1",
                [run.Models.Count(model => IsSpectral(model.Network.Corrected) && model.Network.Corrected.Holm[0] > Level)],
                run.Models.Count, IsExact: true)),
            ["E9"] = run => OfT1(run, new("the larger of Λ/0.15 and Sel/0.25 (2 where T1 is not significant); weak below 1; by dense model",
                [.. run.Main.Select(model => run.Measures(model)?.OfWeak).OfType<double>()], run.Main.Count)),
            ["E10A"] = run => Difference(run, "accuracy, all less community", ModuleRegime.All, ModuleRegime.Community,
                each => each.Accuracy),
            ["E10B"] = run => Difference(run, "accuracy, community less a matched random set", ModuleRegime.Community,
                ModuleRegime.RandomMatched, each => each.Accuracy) with { Test = null, Margin = run.Options.Tuning?.Margin },
            ["E10F"] = run => Difference(run, "accuracy with embedding and norms trained too, community less a matched random set",
                ModuleRegime.Community, ModuleRegime.RandomMatched, each => each.Accuracy, TuningArm.Faithful) with
                {
                    Test = null, Margin = run.Options.Tuning?.Margin,
                },
            ["E10N"] = run => Difference(run, "accuracy, community less none", ModuleRegime.Community, ModuleRegime.None,
                each => each.Accuracy),
            ["E10W"] = run => Difference(run, "mean ‖ΔW‖/‖W‖ of the trained modules, community less all", ModuleRegime.Community,
                ModuleRegime.All, each => each.RelativeChange),
            ["E10T"] = run => Difference(run, "‖Δθ‖ of the whole model, community less all", ModuleRegime.Community, ModuleRegime.All,
                each => each.TotalChange),
            ["E11D"] = run => new("extra loss of own accuracy when a function's area is removed, against as many random modules, by model",
                ByModel(run, each => each.Own[2] - each.Own[1]), run.Main.Count),
            ["E11R"] = run => new("share of the lost own accuracy that training the rest gives back, by model",
                ByModel(run, each => each.Recovered is null || each.Own[0] - each.Own[1] <= 0.02 ? double.NaN
                    : (each.Recovered[0] - each.Own[1]) / (each.Own[0] - each.Own[1])), run.Main.Count),
            ["E12"] = run => new("median correlation of a data set's profile between a dense model and its tuned variant, by model",
                Variants(run), run.Of(SubjectKind.Tuned).Count),
            ["E12S"] = run => new("median correlation of a data set's profile between the larger model and a dense one, by dense model",
                Sizes(run), run.Main.Count),
        };

    /// <summary>The median over data sets of the correlation of a model's profiles by I1 and by I2.</summary>
    public static double MeasuresAgree(Studied model) => Profiles(
        model.Importance.Taylor.Named(), model.Importance.Causal());

    private static double AboveNull(PermutationTest test) => test.Statistic - test.NullMean;

    private static bool IsSpectral(CorrectedResult found) => Math.Min(found.Gap.P, found.LeadingEigenvalue.P) <= Level;

    // What rests on T1 needs skills enough for T1 to tell anything.
    private static Endpoint OfT1(RunResults run, Endpoint endpoint) => run.Splits >= FewestSplits ? endpoint : endpoint with
    {
        Values = [],
        Missing = FormattableString.Invariant(
            $"the skills can be split into their functions in {run.Splits} ways only, so that T1's p is never below 1/{run.Splits}"),
    };

    private static Endpoint Distinct(RunResults run)
    {
        var tables = run.Models.SelectMany(model => model.Importance.Pruned).ToList();
        return new Endpoint(
            "most distinct retained fractions of a data set beyond two block-wise and one channel-wise",
            tables.Count == 0 ? [] : [tables.Max(table => table.MostDistinct - (table.Scheme == PruneScheme.Block ? 2 : 1))],
            run.Models.Count, IsExact: true);
    }

    private static double LeastStability(RunResults run, Studied model)
    {
        var found = model.Network.Corrected;
        var others = run.Positive.Where(other => other != model)
            .Select(other => Agreement.AdjustedRand(found.Partition(), other.Network.Corrected.Partition()));
        return others.Append(found.Louvain).Append(found.HalvesAgree ?? 0).Min();
    }

    // The same where modules of shared layers are left out of every comparison.
    private static double LeastOwnedStability(RunResults run, Studied model)
    {
        var (modules, found) = (model.Importance.Taylor.Columns, model.Network.Corrected);
        Partition Owned(IReadOnlyList<int> communities) => run.Owned(modules, communities);
        var others = run.Positive.Where(other => other != model)
            .Select(other => Agreement.AdjustedRand(Owned(found.Communities), Owned(other.Network.Corrected.Communities)));
        return others.Append(Agreement.AdjustedRand(Owned(found.Halves![0]), Owned(found.Halves[1]))).Min();
    }

    private static double[] RangeOverRatios(RunResults run)
    {
        var means = run.Main.SelectMany(model => model.Network.OtherRatios)
            .Where(at => at.Scheme == PruneScheme.Block && !at.IsFlat && at.Result.Draws.Count > 0)
            .Select(at => at.Result.Mean(draw => draw.Q)).ToList();
        return means.Count < 2 ? [] : [means.Max() - means.Min()];
    }

    private static double OverRatios(Studied model) => model.Importance.Retention.Zip(model.Importance.Retention.Skip(1))
        .Average(pair => Profiles(pair.First.Table, pair.Second.Table));

    private static double[] AcrossModels(RunResults run)
    {
        var correlations = new List<double>();
        for (var i = 0; i < run.Main.Count; i++)
            for (var j = 0; j < i; j++)
                if (run.Main[i].Importance.Taylor.Columns.SequenceEqual(run.Main[j].Importance.Taylor.Columns))
                    correlations.Add(Profiles(run.Main[i].Importance.Taylor, run.Main[j].Importance.Taylor));
        return [.. correlations];
    }

    private static double[] Sizes(RunResults run) => Finite(
        from larger in run.Of(SubjectKind.Larger)
        from dense in run.Main
        select DepthMatching.Shallower(larger.Importance.Taylor, dense.Importance.Taylor.Columns) is { } matched
            ? Profiles(matched, dense.Importance.Taylor)
            : double.NaN);

    private static double[] Variants(RunResults run) =>
    [
        .. run.Of(SubjectKind.Tuned).Select(tuned => Profiles(tuned.Importance.Taylor,
            run.Main.First(dense => dense.Subject.Name == tuned.Subject.BaseName).Importance.Taylor)),
    ];

    // The median over data sets of the correlation of their residual rows.
    private static double Profiles(MatrixTable first, MatrixTable second) => Profiles(first.Named(), second.Named());

    private static double Profiles(NamedMatrix first, NamedMatrix second)
    {
        var (a, b) = (Residuals(first), Residuals(second));
        double[] rows = [.. Enumerable.Range(0, first.Rows.Count).Select(row => CorrectedAnalysis.Correlation(a, b, row)).Order()];
        return (rows[(rows.Length - 1) / 2] + rows[rows.Length / 2]) / 2;
    }

    private static double[,] Residuals(NamedMatrix table) => Scaling.PearsonResiduals(Scaling.RowShares(table.Values));

    private static Endpoint Difference(
        RunResults run, string what, ModuleRegime first, ModuleRegime second, Func<TuningRun, double> of,
        TuningArm arm = TuningArm.SharedRate)
    {
        var (a, b) = (run.Tuned(first, arm), run.Tuned(second, arm));
        // Forms of one target share the model, its area and its random modules: they are no units of their own.
        double[] differences = [.. a.Keys.Where(b.ContainsKey).GroupBy(unit => (unit.Seed, unit.Target)).OrderBy(unit => unit.Key)
            .Select(forms => forms.Average(unit => of(a[unit]) - of(b[unit])))];
        return new Endpoint(
            $"{what}; by model and target, mean over forms, at the shared learning rate", differences,
            a.Keys.Select(unit => unit.Seed).Distinct().Count(), Test: 0);
    }

    private static double[] ByModel(RunResults run, Func<RemovalRun, double> of) => Finite(run.Removals.GroupBy(each => each.Seed)
        .Select(model => Finite(model.Select(of)) is { Length: > 0 } values ? values.Average() : double.NaN));

    private static double[] Finite(IEnumerable<double> values) => [.. values.Where(double.IsFinite)];
}

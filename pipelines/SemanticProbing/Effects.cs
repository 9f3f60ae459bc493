using MlNetLlm.Evaluation;
using MlNetLlm.Karel;
using MlNetLlm.Probes;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>
/// The quantity of each claim, for one model and some test tasks. Content is the mean accuracy over direction, offset and obstacle; above
/// majority is less the same of the most frequent training class.
/// </summary>
internal sealed class Effects(IReadOnlyList<ModelResult> models, ProbingOptions options)
{
    private const string Original = "original", Flip = "flip";

    /// <summary>What is measured for a claim, in words, and how.</summary>
    /// <param name="What">In words, with the unit.</param>
    /// <param name="Statistic">The quantity.</param>
    public sealed record Effect(string What, ModelStatistic Statistic);

    /// <summary>The effect of a claim.</summary>
    /// <param name="id">P1 to P16.</param>
    /// <exception cref="ArgumentException">There is no such claim.</exception>
    public Effect Of(string id) => id switch
    {
        "P1" => new("generative accuracy on the shown examples, last snapshot", (m, tasks) => models[m].Last.Behaviour.Accuracy(tasks)),
        "P2" => new("linear accuracy less the best of majority, untrained network and input record, least of the three features", Surplus),
        "P3" => new("rise of linear content on forced reference programs from the first trained snapshot to the last", Rise),
        "P4" => new("R2 with the slope's sign, accuracy on linear content of forced programs over all snapshots", Fit),
        "P5" => new("midpoint of accuracy's rise less that of diversity's, share of training", Lag),
        "P6" => new("share of the most frequent program, first trained snapshot less last", Uniformity),
        "P7" => new("share of training spent babbling (until diversity's onset)", Babbling),
        "P8" => new("linear content above majority and above the untrained network, the less of t+1 and t+2", (m, tasks)
            => Math.Min(Future(m, 1, tasks), Future(m, 2, tasks))),
        "P9" => new("linear content above majority, the less of t-1 and t-2", (m, tasks)
            => Math.Min(AboveMajority(m, ProbeSize.Linear, Original, -1, tasks), AboveMajority(m, ProbeSize.Linear, Original, -2, tasks))),
        "P10" => new("linear content above majority, original less flip, last snapshot", (m, tasks)
            => Gap(m, ProbeSize.Linear, Flip, tasks)),
        "P11" => new($"linear gap above majority, {options.Adversarial} less flip", (m, tasks)
            => Gap(m, ProbeSize.Linear, options.Adversarial, tasks) - Gap(m, ProbeSize.Linear, Flip, tasks)),
        "P12" => new("content, the less of one layer less linear and two layers less one", Richer),
        "P13" => new("flip gap above majority, the least of the probe sizes", LeastGap),
        "P14" => new("operations of the reference less operations written, over solved tasks", Shorter),
        "P15" => new($"accuracy on lengths below {options.Karel.MinLength} less that on lengths from there", Below),
        "P16" => new("accuracy of original less flip probes on rows where the two meanings differ, mean of the features", Differing),
        _ => throw new ArgumentException($"There is no claim '{id}'. Known: P1 to P16."),
    };

    /// <summary>Content of an arm above that of the majority.</summary>
    public double AboveMajority(int m, ProbeSize size, string meaning, int offset, ReadOnlySpan<int> tasks)
    {
        return Mean(models[m].Final.Written, ProbeArm.NameOf(size, meaning, offset), tasks)
            - Mean(models[m].Final.Written, ProbeArm.MajorityOf(meaning, offset), tasks);
    }

    /// <summary>What another meaning costs above majority.</summary>
    public double Gap(int m, ProbeSize size, string meaning, ReadOnlySpan<int> tasks)
        => AboveMajority(m, size, Original, 0, tasks) - AboveMajority(m, size, meaning, 0, tasks);

    /// <summary>Linear content of forced programs at a snapshot.</summary>
    public static double Forced(SnapshotStage.Result snapshot, ReadOnlySpan<int> tasks)
        => Mean(snapshot.Forced, ProbeArm.NameOf(ProbeSize.Linear, Original), tasks);

    /// <summary>The content of an arm; NaN where the arm was not run.</summary>
    public static double Mean(Dictionary<string, ArmCounts> arms, string name, ReadOnlySpan<int> tasks)
        => arms.TryGetValue(name, out var arm) ? arm.Content(tasks).Mean : double.NaN;

    /// <summary>Diversity's phases of a model, or null where diversity does not rise.</summary>
    public TrainingPhases? Phases(int m)
        => models[m].Snapshots.Count < 2 ? null
            : TrainingPhases.Find(models[m].Steps, [.. models[m].Snapshots.Select(snapshot => snapshot.Behaviour.UniqueShare)]);

    private double Surplus(int m, ReadOnlySpan<int> tasks)
    {
        var final = models[m].Final;
        if (!final.Written.ContainsKey("linear/record")) return double.NaN;
        var arm = ProbeArm.NameOf(ProbeSize.Linear, Original);
        var (content, least) = (Three(final.Written[arm].Content(tasks)), double.PositiveInfinity);
        double[][] baselines =
        [
            Three(final.Written["majority/original/t"].Content(tasks)), Three(final.Untrained[arm].Content(tasks)),
            Three(final.Written["linear/record"].Content(tasks)),
        ];
        for (var feature = 0; feature < 3; feature++)
            foreach (var baseline in baselines) least = Math.Min(least, content[feature] - baseline[feature]);
        return least;
    }

    private double Rise(int m, ReadOnlySpan<int> tasks) => models[m].Snapshots.Count < 3 ? double.NaN
        : Forced(models[m].Last, tasks) - Forced(models[m].Snapshots[1], tasks);

    private double Fit(int m, ReadOnlySpan<int> tasks)
    {
        var snapshots = models[m].Snapshots;
        if (snapshots.Count < 4) return double.NaN;
        var (content, accuracy) = (new double[snapshots.Count], new double[snapshots.Count]);
        for (var i = 0; i < snapshots.Count; i++)
            (content[i], accuracy[i]) = (Forced(snapshots[i], tasks), snapshots[i].Behaviour.Accuracy(tasks));
        if (!content.All(double.IsFinite)) return double.NaN;
        var fit = LinearFit.Of(content, accuracy);
        return Math.Sign(fit.Slope.Estimate) * fit.RSquared.Estimate;
    }

    private double Lag(int m, ReadOnlySpan<int> tasks)
    {
        var snapshots = models[m].Snapshots;
        if (snapshots.Count < 4) return double.NaN;
        var accuracy = new double[snapshots.Count];
        for (var i = 0; i < accuracy.Length; i++) accuracy[i] = snapshots[i].Behaviour.Accuracy(tasks);
        var diversity = snapshots.Select(snapshot => snapshot.Behaviour.UniqueShare).ToArray();
        return CurveTransition.Find(models[m].Steps, accuracy) is { } semantics
            && CurveTransition.Find(models[m].Steps, diversity) is { } syntax
            ? (semantics.Midpoint - syntax.Midpoint) / models[m].Steps[^1]
            : double.NaN;
    }

    private double Uniformity(int m, ReadOnlySpan<int> tasks) => models[m].Snapshots.Count < 3 ? double.NaN
        : Behaviour.Mean(models[m].Snapshots[1].Behaviour.IsMostFrequent, tasks)
            - Behaviour.Mean(models[m].Last.Behaviour.IsMostFrequent, tasks);

    // The phases of one model have no error: only several models give an interval.
    private double Babbling(int m, ReadOnlySpan<int> tasks) =>
        models.Count < 2 || models[m].Snapshots.Count < 4 ? double.NaN : Phases(m)?.BabblingShare ?? double.NaN;

    private double Future(int m, int offset, ReadOnlySpan<int> tasks) => Math.Min(
        AboveMajority(m, ProbeSize.Linear, Original, offset, tasks),
        Mean(models[m].Final.Written, ProbeArm.NameOf(ProbeSize.Linear, Original, offset), tasks)
            - Mean(models[m].Final.Untrained, ProbeArm.NameOf(ProbeSize.Linear, Original, offset), tasks));

    private double Richer(int m, ReadOnlySpan<int> tasks)
    {
        var (linear, one, two) = (Content(ProbeSize.Linear, tasks), Content(ProbeSize.Mlp1, tasks), Content(ProbeSize.Mlp2, tasks));
        return double.IsNaN(two) ? one - linear : Math.Min(one - linear, two - one);

        double Content(ProbeSize size, ReadOnlySpan<int> some) => Mean(models[m].Final.Written, ProbeArm.NameOf(size, Original), some);
    }

    private double Shorter(int m, ReadOnlySpan<int> tasks)
    {
        var last = models[m].Last.Behaviour;
        var (saved, solved) = (0.0, 0);
        foreach (var task in tasks)
        {
            saved += last.Solved[task] * (last.ReferenceLength[task] - last.Length[task]);
            solved += last.Solved[task];
        }
        return saved / solved;
    }

    private double Below(int m, ReadOnlySpan<int> tasks)
    {
        var last = models[m].Last.Behaviour;
        var (solved, all) = (new double[2], new double[2]);
        foreach (var task in tasks)
        {
            var range = last.ReferenceLength[task] < options.Karel.MinLength ? 0 : 1;
            solved[range] += last.Solved[task];
            all[range]++;
        }
        return (solved[0] / all[0]) - (solved[1] / all[1]);
    }

    private double Differing(int m, ReadOnlySpan<int> tasks) =>
        Mean(models[m].Final.Written, "linear/original/t/differing from flip", tasks)
        - Mean(models[m].Final.Written, "linear/flip/t/differing", tasks);

    private static double[] Three(KarelSemanticContent content) => [content.Direction, content.Offset, content.Obstacle];

    private double LeastGap(int m, ReadOnlySpan<int> tasks)
    {
        var least = double.PositiveInfinity;
        foreach (var size in options.Sizes) least = Math.Min(least, Gap(m, size, Flip, tasks));
        return least;
    }
}

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>One quantity of an endpoint: a number a unit.</summary>
/// <param name="What">In words, with its unit.</param>
/// <param name="Values">By seed, or by concept where <see cref="Endpoint.Unit"/> says so.</param>
internal sealed record EndpointPart(string What, IReadOnlyDictionary<int, double> Values);

/// <summary>What is measured for a claim. With several parts, all must be on the claimed side.</summary>
/// <param name="Parts">The parts.</param>
/// <param name="Missing">Why the claim cannot be tested in this run, or null.</param>
/// <param name="Unit">What the values are one of.</param>
internal sealed record Endpoint(IReadOnlyList<EndpointPart> Parts, string? Missing = null, string Unit = "seed");

/// <summary>
/// The quantity of each claim. Losses are nats a token on all of V, differences are between arms of the same seed, which have the same
/// windows in the same order and the same initial weights wherever both have them.
/// </summary>
internal static class Endpoints
{
    /// <summary>How far a student without concepts must be below its teacher before it counts as the stronger one, nats.</summary>
    public const double WeakTeacherMargin = 0.05;

    /// <summary>How much above next-token prediction of the same width one component alone may be, nats.</summary>
    public const double ComponentAllowance = 0.01;

    /// <summary>All endpoints, by name.</summary>
    public static IReadOnlyDictionary<string, Func<ConceptRun, StudyResult, Endpoint>> Known { get; } =
        new Dictionary<string, Func<ConceptRun, StudyResult, Endpoint>>(StringComparer.Ordinal)
        {
            ["trained-concepts"] = (_, study) => Losses(study, ("A5", "untrained")),
            ["attributed-concepts"] = (_, study) => Losses(study, ("A5", "shuffled")),
            ["prediction"] = Prediction,
            ["several-concepts"] = (_, study) => Losses(study, ("A5", "one-concept")),
            ["mixing"] = (_, study) => Losses(study, ("A5", "predict-only")),
            ["perplexity"] = (_, study) => Losses(study, ("A5", "A1"), ("A5", "A2")),
            ["token-saving"] = (_, study) => Saving(study, "tokens", (_, point) => point.Tokens),
            ["flop-saving"] = (_, study) => Saving(study, "student FLOPs", (run, point) => point.Tokens * run.Flops),
            ["short-run"] = (_, study) => Losses(study, ("A5-short", "A1")),
            ["equal-flops"] = (_, study) => Losses(study, ("A5", "A6")),
            ["weak-to-strong"] = WeakToStrong,
            ["shift"] = (_, study) => Losses(study, ("A5", "A1")),
            ["steering"] = Steering,
            ["attribution-over-activation"] = (_, study) => Losses(study, ("A5", "activation")),
            ["concepts-over-states"] = (_, study) => Losses(study, ("A5", "state-l1"), ("A5", "state-l2"), ("A5", "state-cosine")),
            ["sparse-compression"] = Sparse,
            ["both-components"] = Components,
            ["interleaving"] = (_, study) => Losses(study, ("A5", "add"), ("add", "A1")),
            ["pauses"] = (_, study) => Losses(study, ("A5", "A3"), ("A5", "A4")),
            ["proxies"] = (_, study) => new Endpoint(
            [
                Difference(study, "share of last words right", "A5", "A1", run => run.Proxies?.Cloze),
                Difference(study, "share of continuations right", "A5", "A1", run => run.Proxies?.Choice),
            ]),
        };

    /// <summary>An arm less another, seed by seed; seeds that one of them lacks are left out.</summary>
    public static EndpointPart Difference(StudyResult study, string what, string arm, string against, Func<ArmRun, double?> value)
    {
        var (one, other) = (study.Of(arm), study.Of(against));
        var values = one.Where(item => other.ContainsKey(item.Key))
            .Select(item => (item.Key, Value: value(item.Value) - value(other[item.Key]))).Where(item => item.Value is not null)
            .ToDictionary(item => item.Key, item => item.Value!.Value);
        return new EndpointPart($"{what}, {arm} less {against}", values);
    }

    /// <summary>What arm A5 saves against A1, by a cost.</summary>
    public static EndpointPart Saving(StudyResult study, string what, string arm, Func<ArmRun, CurvePoint, double> cost)
    {
        var (one, other) = (study.Of(arm), study.Of(ConceptArms.Baseline));
        return new EndpointPart($"share of {what} saved, {arm} against {ConceptArms.Baseline}", one
            .Where(item => other.ContainsKey(item.Key))
            .ToDictionary(item => item.Key, item => Reach.Saving(Points(item.Value), Points(other[item.Key]))));

        List<(double, double)> Points(ArmRun run) => [.. run.Curve.Select(point => (cost(run, point), point.Loss))];
    }

    private static Endpoint Losses(StudyResult study, params (string Arm, string Against)[] pairs) =>
        new([.. pairs.Select(pair => Difference(study, "nats", pair.Arm, pair.Against, run => run.Loss))]);

    private static Endpoint Saving(StudyResult study, string what, Func<ArmRun, CurvePoint, double> cost) =>
        new([Saving(study, what, ConceptArms.Concepts, cost)]);

    // How far the prediction of concepts is below the cross-entropy of their plain frequencies; both less ln K_a.
    private static Endpoint Prediction(ConceptRun run, StudyResult study)
    {
        var split = study.Options.Shifted ? TextSplit.ShiftStudent : TextSplit.Student;
        var labels = run.TeacherOf(study.Options).Labels.FirstOrDefault(labels => labels.Labels == LabelSet.Plus && labels.Split == split);
        if (labels is null) return new Endpoint([], "the run has no labels");
        var baseline = Math.Log(labels.EffectiveConcepts) - Math.Log(study.Options.Labels);
        return new Endpoint([new EndpointPart(
            "concept loss on new text, A5 less that of the labels' frequencies, nats", study.Of(ConceptArms.Concepts)
                .Where(item => item.Value.ConceptLoss is not null)
                .ToDictionary(item => item.Key, item => item.Value.ConceptLoss!.Value - baseline))]);
    }

    // The student alone must be the stronger one, in every seed's mean; else this is not weak-to-strong.
    private static Endpoint WeakToStrong(ConceptRun run, StudyResult study)
    {
        var plain = study.Of(ConceptArms.Baseline).Values.Select(student => student.Loss).DefaultIfEmpty(double.NaN).Average();
        var endpoint = Losses(study, ("A5", "A1"), ("A5", "A2"));
        var teacher = run.TeacherOf(study.Options).Loss;
        return teacher - plain >= WeakTeacherMargin ? endpoint : endpoint with
        {
            Missing = FormattableString.Invariant(
                $"the student alone is at {plain:F3} nats, its teacher at {teacher:F3}: not {WeakTeacherMargin} below it"),
        };
    }

    private static Endpoint Components(ConceptRun run, StudyResult study)
    {
        var alone = Losses(study, ("predict-only", "A0"), ("insert-only", "A0"));
        return new Endpoint(
        [
            .. Losses(study, ("A5", "predict-only"), ("A5", "insert-only")).Parts,
            .. alone.Parts.Select(part => new EndpointPart(
                FormattableString.Invariant($"{part.What} less {ComponentAllowance} allowed"),
                part.Values.ToDictionary(item => item.Key, item => item.Value - ComponentAllowance))),
        ]);
    }

    private static Endpoint Sparse(ConceptRun run, StudyResult study) => new([new EndpointPart(
        "share of the selected concepts whose column is shorter than a tenth of the median, without weight decay on columns", study
            .Of(ConceptArms.NoDecay).Where(item => item.Value.Columns is not null)
            .ToDictionary(item => item.Key, item => item.Value.Columns!.IgnoredOfSelected))]);

    private static Endpoint Steering(ConceptRun run, StudyResult study)
    {
        if (run.Steering is not { Students.Count: > 0 } steering) return new Endpoint([], "the run steers nothing");
        return new Endpoint(
        [
            Part("dose response (Spearman), a concept's own column less a random direction of equal length",
                concept => concept.Own.DoseResponse - concept.RandomDirection.DoseResponse),
            Part("rise of the mass on a concept's own tokens less that on other concepts' tokens",
                concept => concept.Own.OwnRise - concept.Own.OthersRise),
            Part("correlation of logit changes with the teacher's for the same concept less that for another concept",
                concept => concept.Own.Alignment - concept.AnotherConcept.Alignment),
        ], Unit: "concept");

        // Over students the mean of a concept; concepts are the units.
        EndpointPart Part(string what, Func<SteeredConcept, double> value) => new(what, steering.Students
            .SelectMany(student => student.Concepts).GroupBy(concept => concept.Concept)
            .ToDictionary(group => group.Key, group => group.Average(value)));
    }
}

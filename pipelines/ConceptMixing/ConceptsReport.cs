using MlNetLlm.Evaluation;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Writes down what was measured: means over seeds with their standard error, by study and arm.</summary>
internal static class ConceptsReport
{
    /// <summary>The size of effect that the published perplexities have, nats.</summary>
    public const double PublishedEffect = 0.024;

    /// <summary>The metric that names the rate an arm was trained with.</summary>
    public const string ChosenRate = "learning rate chosen";

    private const string Validation = "validation";
    private const string Against = $" less {ConceptArms.Baseline}";

    /// <summary>Writes the stages before the students.</summary>
    public static void Begin(ConceptRun run, RunRecord record)
    {
        foreach (var size in run.Sizes) record.Add(new RunMetric($"text {size.Split}", "tokens", null, size.Tokens));
        foreach (var teacher in run.Teachers) Teacher(teacher, record);
    }

    /// <summary>Writes a study. One without the baseline is compared with that of the study whose rates it takes.</summary>
    /// <param name="study">The study.</param>
    /// <param name="earlier">The studies before it.</param>
    /// <param name="record">Takes the metrics.</param>
    public static void Write(StudyResult study, IReadOnlyList<StudyResult> earlier, RunRecord record)
    {
        var name = study.Options.Name;
        foreach (var trials in study.Options.RatesOf is null ? study.Rates : [])
        {
            record.Add(new RunMetric($"{name}/{trials.Arm}", ChosenRate, null, trials.Chosen));
            foreach (var (rate, loss) in trials.Losses)
                record.Add(new RunMetric($"{name}/{trials.Arm}, rate {rate} on trial", "loss, nats", "curve", loss));
        }
        var compared = study.Of(ConceptArms.Baseline).Count > 0 ? study : study with
        {
            Runs = [.. study.Runs, .. earlier.FirstOrDefault(other => other.Options.Name == study.Options.RatesOf)
                ?.Of(ConceptArms.Baseline).Values ?? []],
        };
        foreach (var arm in study.Options.Arms) Arm(compared, arm, record);
    }

    /// <summary>Writes what steering did.</summary>
    public static void Write(SteeringResult steering, RunRecord record)
    {
        Outcomes("teacher", steering.Teacher);
        foreach (var student in steering.Students)
        {
            var name = $"student {student.Seed}";
            Outcomes(name, [.. student.Concepts.Select(concept => concept.Own)]);
            Outcomes($"{name}, logit multiplied where selected", [.. student.Concepts.Select(concept => concept.Literal)]);
            Outcomes($"{name}, random direction", [.. student.Concepts.Select(concept => concept.RandomDirection)]);
            Outcomes($"{name}, another concept", [.. student.Concepts.Select(concept => concept.AnotherConcept)]);
            foreach (var (strength, cost) in steering.Strengths.Zip(student.Costs))
                record.Add(new RunMetric(
                    $"steering/{name}", FormattableString.Invariant($"loss at strength {strength}, nats"), Validation, cost));
            record.Add(new RunMetric($"steering/{name}", "loss without steering, nats", Validation, student.PlainLoss));
            Add(record, $"steering/{name}", "raised tokens generated at strength 1", null, student.Generated.Select(rate => rate.Plain));
            Add(record, $"steering/{name}", "raised tokens generated, steered", null, student.Generated.Select(rate => rate.Steered));
        }

        void Outcomes(string who, IReadOnlyList<MlNetLlm.ConceptMixing.SteeringOutcome> outcomes)
        {
            var arm = $"steering/{who}";
            Add(record, arm, "share of concepts with dose response above 0.8", null, outcomes.Select(o => o.DoseResponse > 0.8 ? 1.0 : 0));
            Add(record, arm, "dose response, Spearman", null, outcomes.Select(outcome => outcome.DoseResponse));
            Add(record, arm, "rise of the mass on own tokens", null, outcomes.Select(outcome => outcome.OwnRise));
            Add(record, arm, "rise of the mass on other concepts' tokens", null, outcomes.Select(outcome => outcome.OthersRise));
            Add(record, arm, "correlation with the teacher's logit changes", null, outcomes.Select(outcome => outcome.Alignment));
            Add(record, arm, "share of concepts retrieved", null, outcomes.Select(outcome => outcome.Retrieved ? 1.0 : 0));
        }
    }

    private static void Teacher(TeacherRun run, RunRecord record)
    {
        var (name, own) = (run.Name, $"{run.Name}'s autoencoder");
        record.Add(new RunMetric(name, "parameters", null, run.Teacher.Parameters));
        record.Add(new RunMetric(name, "tokens", null, run.Teacher.Tokens));
        record.Add(new RunMetric(name, "seconds of training", null, Math.Round(run.Teacher.Seconds, 1)));
        record.Add(new RunMetric(name, "loss, nats", Validation, run.Loss));
        foreach (var gate in run.Gates)
        {
            if (double.IsFinite(gate.Value)) record.Add(new RunMetric(own, gate.Name, Validation, gate.Value));
            record.Add(new RunMetric(own, $"gate passed: {gate.Name}", null, gate.Passed ? 1 : 0));
        }
        record.Add(new RunMetric(own, "loss spliced, nats", Validation, run.Autoencoder.SplicedLoss));
        record.Add(new RunMetric(own, "loss with mean states, nats", Validation, run.Autoencoder.AblatedLoss));
        record.Add(new RunMetric(own, "seconds of training", null, Math.Round(run.Autoencoder.Seconds, 1)));
        foreach (var labels in run.Labels)
        {
            var arm = $"{name}'s labels {labels.Labels}, {labels.Split}";
            record.Add(new RunMetric(arm, "labels of a position", null, labels.PerPosition));
            record.Add(new RunMetric(arm, "concepts used", null, labels.Concepts));
            record.Add(new RunMetric(arm, "effective concepts", null, labels.EffectiveConcepts));
            record.Add(new RunMetric(arm, "largest share of positions with one label", null, labels.LargestShare));
            if (labels.ActiveShare is { } active) record.Add(new RunMetric(arm, "share of labels that are active concepts", null, active));
        }
    }

    private static void Arm(StudyResult study, string arm, RunRecord record)
    {
        var (called, runs) = ($"{study.Options.Name}/{arm}", study.Of(arm).Values.ToList());
        Add(record, called, "loss, nats", Validation, runs.Select(run => run.Loss));
        Add(record, called, "perplexity", Validation, runs.Select(run => Math.Exp(run.Loss)));
        if (arm != ConceptArms.Baseline)
        {
            List<double> difference = [.. Endpoints.Difference(study, "", arm, ConceptArms.Baseline, run => run.Loss).Values.Values];
            Add(record, called, $"loss{Against}, nats", Validation, difference);
            Add(record, called, $"share of tokens saved{Against}", "curve", Saved((_, point) => point.Tokens));
            Add(record, called, $"share of student FLOPs saved{Against}", "curve", Saved((run, point) => point.Tokens * run.Flops));
            Add(record, called, $"share of FLOPs saved{Against}, teacher counted", "curve",
                Saved((run, point) => point.Tokens * (run.Flops + run.TeacherFlops)));
            Add(record, called, $"seconds saved as a share of those of {ConceptArms.Baseline}", "curve",
                Saved((_, point) => point.Seconds));
            if (arm == ConceptArms.Concepts && difference.Count > 1)
                record.Add(new RunMetric(called, FormattableString.Invariant($"seeds needed to see {PublishedEffect} nats"), null,
                    ConceptVerdicts.NeededSeeds(difference, PublishedEffect)));
        }
        record.Add(new RunMetric(called, "tokens", null, runs[0].Tokens));
        record.Add(new RunMetric(called, "active parameters", null, runs[0].ActiveParameters));
        record.Add(new RunMetric(called, "student FLOPs a token", null, runs[0].Flops));
        if (runs[0].TeacherFlops > 0) record.Add(new RunMetric(called, "teacher FLOPs a token", null, runs[0].TeacherFlops));
        Add(record, called, "seconds of training", null, runs.Select(run => Math.Round(run.Seconds, 2)));
        Add(record, called, "tokens/s", null, runs.Select(run => Math.Round(run.Tokens / Math.Max(run.Seconds, 1e-9))));
        Add(record, called, "concept loss less ln K_a, nats", "new text", runs.Select(run => run.ConceptLoss).OfType<double>());
        Add(record, called, "last words right", Validation, runs.Select(run => run.Proxies?.Cloze).OfType<double>());
        Add(record, called, "continuations right of four", Validation, runs.Select(run => run.Proxies?.Choice).OfType<double>());
        Columns(record, called, [.. runs.Select(run => run.Columns).OfType<ColumnStatistics>()]);

        IEnumerable<double> Saved(Func<ArmRun, CurvePoint, double> cost) => Endpoints.Saving(study, "cost", arm, cost).Values.Values;
    }

    private static void Columns(RunRecord record, string called, IReadOnlyList<ColumnStatistics> columns)
    {
        Add(record, called, "Gini of column norms", null, columns.Select(c => c.Gini));
        Add(record, called, "median column norm", null, columns.Select(c => c.Percentiles[2]));
        Add(record, called, "1st percentile of column norms", null, columns.Select(c => c.Percentiles[0]));
        Add(record, called, "99th percentile of column norms", null, columns.Select(c => c.Percentiles[4]));
        Add(record, called, "share of columns shorter than 0.01", null, columns.Select(c => c.NearZero));
        Add(record, called, "share of selected columns shorter than a tenth of the median", null, columns.Select(c => c.IgnoredOfSelected));
        Add(record, called, "correlation of column norm and selection", null, columns.Select(c => c.NormAndSelection));
    }

    private static void Add(RunRecord record, string arm, string name, string? split, IEnumerable<double> values)
    {
        double[] list = [.. values.Where(double.IsFinite)];
        if (list.Length == 0) return;
        double? error = list.Length < 2 ? null : Samples(list);
        record.Add(new RunMetric(arm, name, split, list.Average(), error, list.Length));
    }

    private static double Samples(double[] values)
    {
        var interval = Intervals.OfMean(values);
        var t = MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, values.Length - 1, 0.975);
        return (interval.Upper - interval.Estimate) / t;
    }
}

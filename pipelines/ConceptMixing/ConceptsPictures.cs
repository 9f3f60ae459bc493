using System.Globalization;
using MlNetLlm.Evaluation;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// The pictures: loss against tokens with the paired difference and its interval, dose response, and concepts as a table.
/// </summary>
internal static class ConceptsPictures
{
    private static readonly (string Arm, string Name)[] _shown =
    [
        (ConceptArms.Baseline, "next token"), (ConceptArms.Distillation, "distillation"), ("A3", "pause"),
        (ConceptArms.Concepts, "concepts"),
    ];

    /// <summary>Writes them into a run's folder.</summary>
    public static void Save(ConceptRun run, string folder)
    {
        foreach (var study in run.Studies.Where(study => study.Of(ConceptArms.Baseline).Count * study.Of(ConceptArms.Concepts).Count > 0))
            Loss(study).Save(folder, $"loss-{study.Options.Name}");
        if (run.Steering is not { Students.Count: > 0 } steering) return;
        Dose(steering).Save(folder, "dose-response");
        Concepts(steering).Save(FileSystems.Default, folder, "concepts");
    }

    // Mean loss by arm, and below it how far concepts are from next-token prediction, with the 95 % interval over seeds.
    private static LineChart Loss(StudyResult study) => new(
        $"Validation loss along training, study {study.Options.Name}", "thousand tokens",
        [
            new ChartPanel("loss (nats)", [.. _shown.Where(arm => study.Of(arm.Arm).Count > 0).Select(arm => new ChartLine(
                arm.Name, Mean(study, arm.Arm), Dashed: arm.Arm != ConceptArms.Concepts))]),
            .. Paired(study),
        ]);

    private static IEnumerable<ChartPanel> Paired(StudyResult study)
    {
        var (concepts, plain) = (study.Of(ConceptArms.Concepts), study.Of(ConceptArms.Baseline));
        int[] seeds = [.. concepts.Keys.Where(plain.ContainsKey)];
        if (seeds.Length < 2) yield break;
        var points = Math.Min(seeds.Min(seed => concepts[seed].Curve.Count), seeds.Min(seed => plain[seed].Curve.Count));
        var intervals = Enumerable.Range(0, points).Select(i => (
            Tokens: concepts[seeds[0]].Curve[i].Tokens / 1000.0,
            Interval: Intervals.OfMean([.. seeds.Select(seed => concepts[seed].Curve[i].Loss - plain[seed].Curve[i].Loss)]))).ToList();
        yield return new ChartPanel("concepts less next token (nats)",
        [
            new ChartLine("mean", [.. intervals.Select(point => (point.Tokens, point.Interval.Estimate))]),
            new ChartLine("95 % low", [.. intervals.Select(point => (point.Tokens, point.Interval.Lower))], Dashed: true),
            new ChartLine("95 % high", [.. intervals.Select(point => (point.Tokens, point.Interval.Upper))], Dashed: true),
        ]);
    }

    private static List<(double, double)> Mean(StudyResult study, string arm)
    {
        var curves = study.Of(arm).Values.Select(run => run.Curve).ToList();
        return [.. Enumerable.Range(0, curves.Min(curve => curve.Count))
            .Select(i => (curves[0][i].Tokens / 1000.0, curves.Average(curve => curve[i].Loss)))];
    }

    private static LineChart Dose(SteeringResult steering)
    {
        var concepts = steering.Students.SelectMany(student => student.Concepts).ToList();
        return new LineChart("Steering: probability of a concept's tokens, mean over concepts", "strength α",
        [
            new ChartPanel("probability mass",
            [
                Line("student", concepts.Select(concept => concept.Own.Masses)),
                Line("student, logit x α where selected", concepts.Select(concept => concept.Literal.Masses), dashed: true),
                Line("random direction", concepts.Select(concept => concept.RandomDirection.Masses), dashed: true),
                Line("another concept", concepts.Select(concept => concept.AnotherConcept.Masses), dashed: true),
                Line("teacher", steering.Teacher.Select(outcome => outcome.Masses)),
            ]),
            new ChartPanel("loss on V (nats)",
                [new ChartLine("student", [.. steering.Strengths.Select(
                    (strength, i) => (strength, steering.Students.Average(student => student.Costs[i])))])]),
        ]);

        ChartLine Line(string name, IEnumerable<IReadOnlyList<double>> masses, bool dashed = false)
        {
            var all = masses.ToList();
            return new ChartLine(name, [.. steering.Strengths.Select((strength, i) => (strength, all.Average(mass => mass[i])))], dashed);
        }
    }

    // One row a concept: the tokens it raises in the teacher, and the mass on them in the first student by strength.
    private static RunChart Concepts(SteeringResult steering) => new()
    {
        Title = "Concepts: probability of their tokens in the student by strength",
        Kind = RunChartKind.Matrix,
        Note = "A row's name has the tokens that the concept raises most in the teacher.",
        Rows = [.. steering.Meanings.Select(meaning => $"{meaning.Concept}: {string.Join(" ", meaning.Raised.Select(Shown))}")],
        Columns = [.. steering.Strengths.Select(strength => $"α = {strength.ToString(CultureInfo.InvariantCulture)}")],
        Values = [.. steering.Students[0].Concepts
            .Select(concept => (IReadOnlyList<double?>)[.. concept.Own.Masses.Select(mass => (double?)mass)])],
    };

    private static string Shown(string token) => $"'{token.Replace("\n", "\\n", StringComparison.Ordinal)}'";
}

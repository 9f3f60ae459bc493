using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

/// <summary>A run whose every loss is a formula of arm and seed.</summary>
internal static class PlantedRun
{
    /// <summary>Loss of an arm with a seed.</summary>
    public delegate double Formula(string arm, int seed);

    public static ConceptsOptions Smoke { get; } = PresetFile.Load<ConceptsOptions>(new ConceptsExperiment(), "smoke", []);

    /// <summary>The smoke preset's studies and claims with planted losses, five seeds an arm.</summary>
    public static ConceptRun Of(Formula loss, double teacherLoss = 5, double varianceUnexplained = 0.1, SteeringResult? steering = null)
    {
        var options = Smoke with
        {
            Autoencoder = Smoke.Autoencoder with { Gates = new GateOptions() },
            WeakTeacher = Smoke.WeakTeacher! with { Autoencoder = Smoke.WeakTeacher.Autoencoder with { Gates = new GateOptions() } },
        };
        return new ConceptRun(
            options, [], [Teacher("teacher", teacherLoss, varianceUnexplained), Teacher("weak-teacher", teacherLoss, 0.1)],
            [.. options.Studies.Select(study => Study(study, loss))], steering);
    }

    public static StudyResult Study(StudyOptions study, Formula loss) => new(
        study, [], [.. study.Arms.SelectMany(_ => Enumerable.Range(1, 5), (arm, seed) => Run(arm, seed, loss(arm, seed)))]);

    /// <summary>A student whose curve falls in a straight line from 6 nats at 0 tokens to its loss at 1,000.</summary>
    public static ArmRun Run(string arm, int seed, double loss) => new(
        arm, seed, 0.001, 1000, arm == "A5" ? 150 : 100, 0, 1000, 2, loss,
        [.. Enumerable.Range(1, 4).Select(i => new CurvePoint(250 * i, i / 2.0, 6 + (loss - 6) * i / 4))],
        arm == "A5" ? 1 + 0.01 * seed : null, new ProxyScores(loss < 4 ? 0.5 : 0.4, 100, 0.5, 100),
        new ColumnStatistics(8, 8, [1, 1, 1, 1, 1], 0, 0, 0, 0.1 + 0.001 * seed, 0));

    private static TeacherRun Teacher(string name, double loss, double varianceUnexplained)
    {
        var autoencoder = new AutoencoderResult(varianceUnexplained, 0, loss, loss, 8, 1, 1);
        var labels = new LabelResult(LabelSet.Plus, TextSplit.Student, 4, 60, 50, 0.04, 1, loss);
        return new TeacherRun(
            name, new TeacherResult(1000, 1000, 1), loss, autoencoder, Gates.Of(new GateOptions(), autoencoder, labels, 64), [labels]);
    }
}

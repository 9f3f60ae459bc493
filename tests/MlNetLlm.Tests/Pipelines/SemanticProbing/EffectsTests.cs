using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Pretraining;

namespace MlNetLlm.Tests.Pipelines.SemanticProbing;

/// <summary>The quantities of the claims on results small enough to reckon by hand: two tasks, one model.</summary>
public sealed class EffectsTests
{
    private static readonly int[] _both = [0, 1];

    [Test]
    public void P10_IsTheGapAboveMajority_OverTheTasksDrawn()
    {
        var effects = Of(Final(
            ("linear/original/t", Arm(8, 6)), ("majority/original/t", Arm(4, 4)),
            ("linear/flip/t", Arm(6, 6)), ("majority/flip/t", Arm(5, 3))));
        Assert.That(effects.Of("P10").Statistic(0, _both), Is.EqualTo((14 - 8 - 12 + 8) / 20.0).Within(1e-12));
        Assert.That(effects.Of("P10").Statistic(0, [0, 0]), Is.EqualTo((8 - 4 - 6 + 5) / 10.0).Within(1e-12));
    }

    [Test]
    public void P14_CountsSolvedTasksAlone()
    {
        var effects = Of(Final(), Snapshot(100, solved: [1, 0], length: [3, 9], reference: [5, 5]));
        Assert.That(effects.Of("P14").Statistic(0, _both), Is.EqualTo(2));
    }

    [Test]
    public void P4_IsPerfect_WhereAccuracyFollowsContent_AndNegativeWhereItFalls()
    {
        Assert.That(Of(Final(), Snapshots(early: 3, late: 9)).Of("P4").Statistic(0, _both), Is.EqualTo(1).Within(1e-9));
        Assert.That(Of(Final(), Snapshots(early: 9, late: 3)).Of("P4").Statistic(0, _both), Is.EqualTo(-1).Within(1e-9));

        static SnapshotStage.Result[] Snapshots(int early, int late) =>
        [
            .. Enumerable.Range(0, 5).Select(i => Snapshot(i, solved: i > 2 ? [1, 1] : [0, 0], forced: i > 2 ? late : early)),
        ];
    }

    [Test]
    public void P7_OfOneModel_CannotBeTested() =>
        Assert.That(Of(Final(), [.. Enumerable.Range(0, 5).Select(i => Snapshot(i))]).Of("P7").Statistic(0, _both), Is.NaN);

    [Test]
    public void Of_AnUnknownClaim_NamesTheKnownOnes() =>
        Assert.That(() => Of(Final()).Of("P17"), Throws.ArgumentException.With.Message.Contains("P1 to P16"));

    private static Effects Of(FinalStage.Result final, params SnapshotStage.Result[] snapshots) => new(
        [new ModelResult(1, snapshots.Length > 0 ? snapshots : [Snapshot(1)], final)],
        new ProbingOptions { Training = new PretrainOptions(), SnapshotSteps = [], Claims = [] });

    private static FinalStage.Result Final(params (string Name, ArmCounts Arm)[] arms) =>
        new(arms.ToDictionary(arm => arm.Name, arm => arm.Arm), [], [], [], 1);

    private static SnapshotStage.Result Snapshot(
        int step, int[]? solved = null, int[]? length = null, int[]? reference = null, int forced = 5)
    {
        solved ??= [0, 1];
        var behaviour = new Behaviour(step, solved, solved, solved, length ?? [2, 2], reference ?? [2, 2], [0, 0], 4, 0.5, 2, 4);
        return new(behaviour, [], new Dictionary<string, ArmCounts> { ["linear/original/t"] = Arm(forced, forced) }, []);
    }

    // So many right of ten rows of either task, of each feature.
    private static ArmCounts Arm(int first, int second)
    {
        var counts = new FeatureCounts([first, second], [10, 10]);
        return new ArmCounts(counts, counts, counts, []);
    }
}

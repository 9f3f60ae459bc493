using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Tests.Pipelines.Sweeps;

public sealed class SweepRunTests
{
    [Test]
    public void Best_WhereTheLastRoundFailed_IsOfTheRoundBefore() => Assert.That(SweepRun.Best(
    [
        Trial(0, 0, 0.1), Trial(1, 0, 0.5), Trial(2, 0, 0.4), Trial(1, 1, 0.3), Trial(2, 1, 0.3), Trial(1, 2, null), Trial(2, 2, null),
    ]).Outcome, Is.EqualTo(Trial(1, 1, 0.3).Outcome), "not the smaller loss of a round with less budget");

    [Test]
    public void Best_OfFailedTrials_IsNone() => Assert.That(SweepRun.Best([Trial(0, 0, null)]).Request, Is.Null);

    private static (TrialRequest Request, TrialOutcome? Outcome) Trial(int trial, int round, double? loss) => (
        new TrialRequest(trial, round, new Dictionary<string, string>()),
        new TrialOutcome(trial, round, loss is null ? TrialStatus.Failed : TrialStatus.Completed, loss, 10));
}

namespace MlNetLlm.Probes;

/// <summary>The learning rate's course over a probe's training.</summary>
internal static class ProbeSchedules
{
    private const int StageCount = 150;

    /// <summary>The factor on the full learning rate at a step, counted from 0, of so many.</summary>
    public static double Factor(ProbeSchedule schedule, int step, int steps) => schedule switch
    {
        ProbeSchedule.Stages => Math.Pow(0.95, (long)step * StageCount / steps),
        ProbeSchedule.Milestones => step < 0.75 * steps ? 1 : step < 0.9 * steps ? 0.1 : 0.01,
        ProbeSchedule.Cosine => (1 + Math.Cos(Math.PI * step / steps)) / 2,
        _ => 1,
    };
}

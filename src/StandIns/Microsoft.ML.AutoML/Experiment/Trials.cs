using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

public class TrialSettings
{
    public int TrialId { get; set; }

    public Parameter Parameter { get; set; }

    public DateTime StartedAtUtc { get; set; }

    public DateTime? EndedAtUtc { get; set; }
}

public class TrialResult : IEqualityComparer<TrialResult>
{
    public TrialSettings TrialSettings { get; set; }

    public ITransformer Model { get; set; }

    public double Metric { get; set; }

    public double Loss { get; set; }

    public double DurationInMilliseconds { get; set; }

    public double? PeakCpu { get; set; }

    public double? PeakMemoryInMegaByte { get; set; }

    public bool Equals(TrialResult x, TrialResult y) => x?.TrialSettings?.TrialId == y?.TrialSettings?.TrialId;

    public int GetHashCode(TrialResult obj) => obj.TrialSettings?.TrialId ?? 0;
}

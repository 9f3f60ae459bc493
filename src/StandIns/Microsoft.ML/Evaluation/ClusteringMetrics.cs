namespace Microsoft.ML.Data;

public sealed class ClusteringMetrics
{
    internal ClusteringMetrics(ClusteringTally tally, ClusterScatter scatter)
    {
        NormalizedMutualInformation = tally.NormalizedMutualInformation;
        AverageDistance = tally.AverageDistance;
        DaviesBouldinIndex = scatter?.DaviesBouldinIndex ?? 0;
    }

    // NaN without a label column.
    public double NormalizedMutualInformation { get; }

    public double AverageDistance { get; }

    // 0 without a feature column.
    public double DaviesBouldinIndex { get; }
}

namespace Microsoft.ML.AutoML;

public abstract class ExperimentSettings
{
    private const uint OneDay = 24 * 60 * 60;

    public ExperimentSettings()
    {
    }

    public int MaxModels = int.MaxValue;

    public uint MaxExperimentTimeInSeconds { get; set; } = OneDay;

    public CancellationToken CancellationToken { get; set; }

    public double? MaximumMemoryUsageInMegaByte { get; set; }
}

using System.Text.Json;

namespace MlNetLlm.Training;

/// <summary>Everything about a run that is not a tensor: <c>state.json</c> of a checkpoint.</summary>
internal sealed record TrainingState
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    public int Step { get; init; }

    public long Tokens { get; init; }

    public double? Loss { get; init; }

    public IReadOnlyDictionary<string, double>? Measures { get; init; }

    public double? ValidationLoss { get; init; }

    public double? BestValidationLoss { get; init; }

    public int? BestStep { get; init; }

    public int ValidationsSinceBest { get; init; }

    public bool StoppedEarly { get; init; }

    public long BatchPosition { get; init; }

    public long MetricBytes { get; init; }

    public IReadOnlyDictionary<string, long> Random { get; init; } = new Dictionary<string, long>();

    public string? Notes { get; init; }

    /// <summary>The metrics of a step that was taken and whose validation was broken off; null elsewhere.</summary>
    public TrainingMetrics? Unlogged { get; init; }

    public string ModelFingerprint { get; init; } = "";

    public string DataFingerprint { get; init; } = "";

    public IReadOnlyDictionary<string, JsonElement> Options { get; init; } = new Dictionary<string, JsonElement>();
}

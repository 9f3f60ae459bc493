using MlNetLlm.Persistence;

namespace MlNetLlm.Training;

/// <summary>One step's metrics, as the metric log of a checkpoint folder keeps them.</summary>
/// <param name="Step">The step, counted from 1.</param>
/// <param name="Tokens">Tokens counted since the run's first step.</param>
/// <param name="Loss">Mean loss per counted token, in nats.</param>
/// <param name="GradientNorm">Norm of the gradient over all parameters, before clipping.</param>
/// <param name="LearningRate">Learning rate before a parameter group's own scale.</param>
/// <param name="ValidationLoss">Mean validation loss, or null when the step had no validation.</param>
/// <param name="Groups">Each parameter group's rate and step counter, or null in a job with one group.</param>
/// <param name="Measures">Means of other parts of the loss by name, or null where there are none.</param>
public sealed record TrainingMetrics(
    int Step, long Tokens, double Loss, double GradientNorm, double LearningRate, double? ValidationLoss,
    IReadOnlyList<GroupMetrics>? Groups = null, IReadOnlyDictionary<string, double>? Measures = null)
{
    /// <summary>The metric log's name in a checkpoint folder.</summary>
    public const string FileName = "metrics.log";

    /// <summary>Reads the metric log of a checkpoint folder, also of a run at work.</summary>
    /// <param name="checkpointFolder">The folder.</param>
    /// <returns>The steps whose records are intact, in order.</returns>
    public static IReadOnlyList<TrainingMetrics> Read(string checkpointFolder)
        => [.. RecordLog.Read(Path.Combine(checkpointFolder, FileName)).Records
            .Select(record => StrictJson.Parse<TrainingMetrics>(record.Span, FileName))];
}

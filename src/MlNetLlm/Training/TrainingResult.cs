namespace MlNetLlm.Training;

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps taken, those before a resume included.</param>
/// <param name="Tokens">Tokens counted, those before a resume included.</param>
/// <param name="Loss">The last step's mean loss per counted token, in nats; NaN when no step was taken.</param>
/// <param name="ValidationLoss">The last validation's loss, or null when there was none.</param>
/// <param name="BestValidationLoss">The lowest validation loss, or null when there was none.</param>
/// <param name="BestStep">The step of the lowest validation loss, or null when there was none.</param>
/// <param name="StoppedEarly">Whether the validation loss had stopped falling.</param>
/// <param name="Elapsed">Time spent in this process.</param>
public sealed record TrainingResult(
    int Steps, long Tokens, double Loss, double? ValidationLoss, double? BestValidationLoss, int? BestStep, bool StoppedEarly,
    TimeSpan Elapsed)
{
    /// <summary>Means of other parts of the last step's loss by name; empty where there are none.</summary>
    public IReadOnlyDictionary<string, double> Measures { get; init; } = _none;

    // One for all, so that equal runs are equal.
    private static readonly IReadOnlyDictionary<string, double> _none = new Dictionary<string, double>();

    /// <summary>Of a step that trained nothing.</summary>
    internal static TrainingResult None { get; } = new(0, 0, double.NaN, null, null, null, StoppedEarly: false, TimeSpan.Zero);
}

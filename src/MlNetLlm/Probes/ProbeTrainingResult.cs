namespace MlNetLlm.Probes;

/// <summary>How the training of a probe went.</summary>
/// <param name="Steps">Steps taken.</param>
/// <param name="Loss">The last step's mean cross-entropy a row, in nats; null when no step was taken.</param>
/// <param name="BestStep">The step whose weights were kept for their validation, or null without validation rows.</param>
/// <param name="ValidationAccuracy">Accuracy on validation rows at that step, 0 to 1, or null.</param>
/// <param name="ValidationLoss">Mean cross-entropy on validation rows at that step, in nats, or null.</param>
/// <param name="StoppedEarly">Whether evaluations had stopped getting better.</param>
public sealed record ProbeTrainingResult(
    int Steps, double? Loss, int? BestStep, double? ValidationAccuracy, double? ValidationLoss, bool StoppedEarly);

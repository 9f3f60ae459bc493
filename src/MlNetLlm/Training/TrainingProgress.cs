namespace MlNetLlm.Training;

/// <summary>Where a run stands, reported after every step. How often to show it is the receiver's choice.</summary>
/// <param name="Step">Steps taken.</param>
/// <param name="Steps">Steps planned.</param>
/// <param name="Loss">The last step's mean loss per counted token, in nats.</param>
/// <param name="ValidationLoss">The last validation's loss, or null before the first.</param>
/// <param name="LearningRate">The last step's learning rate, before a parameter group's own scale.</param>
/// <param name="TokensPerSecond">Counted tokens a second since this process began to train.</param>
/// <param name="Left">The time that the remaining steps take at this speed.</param>
/// <param name="Tokens">Tokens counted since the run's first step.</param>
/// <param name="Phase">"train", or "evaluate" right after a validation.</param>
public sealed record TrainingProgress(
    int Step, int Steps, double Loss, double? ValidationLoss, double LearningRate, double TokensPerSecond, TimeSpan Left, long Tokens,
    string Phase);

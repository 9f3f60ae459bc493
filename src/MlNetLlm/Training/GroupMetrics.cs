namespace MlNetLlm.Training;

/// <summary>A parameter group's part in a step.</summary>
/// <param name="Name">The group.</param>
/// <param name="LearningRate">Its learning rate in the step.</param>
/// <param name="Updates">Its step counter: how often its first parameter was stepped since the optimiser last forgot it.</param>
public sealed record GroupMetrics(string Name, double LearningRate, long Updates);

namespace MlNetLlm.Training;

/// <summary>What a method keeps of its own in a checkpoint, beside weights, optimiser and random streams.</summary>
/// <param name="Save">Writes it down as it is after a step.</param>
/// <param name="Restore">Takes what <paramref name="Save"/> gave, when a run is resumed.</param>
public sealed record RunNotes(Func<string> Save, Action<string> Restore);

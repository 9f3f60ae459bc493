namespace MlNetLlm.Karel;

/// <summary>What a model wrote for one task, and what the task's reference program costs it.</summary>
/// <param name="Program">The program it wrote.</param>
/// <param name="ReferenceLength">Operations of the reference program.</param>
/// <param name="Solved">Whether it does what the specification shows, compared as drawn.</param>
/// <param name="SolvedCompletely">Whether it does so in everything, markers below the robot included.</param>
/// <param name="Generalised">Whether it also does what the held-out pairs ask, compared as drawn.</param>
/// <param name="ReferenceNats">Cost of the reference program, end token included, in nats.</param>
/// <param name="ReferenceTokens">Tokens that the cost is of.</param>
public sealed record KarelWritten(
    IReadOnlyList<KarelOperation> Program, int ReferenceLength, bool Solved, bool SolvedCompletely, bool Generalised, double ReferenceNats,
    int ReferenceTokens);

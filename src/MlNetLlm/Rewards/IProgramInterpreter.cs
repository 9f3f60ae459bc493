namespace MlNetLlm.Rewards;

/// <summary>
/// Runs programs that a model wrote. They are whatever the model came up with: an interpreter must bound the steps and the memory of a run
/// by itself and must not let a program reach anything outside it.
/// </summary>
public interface IProgramInterpreter
{
    /// <summary>Runs a program.</summary>
    /// <param name="prompt">What was asked; it may hold the program's input.</param>
    /// <param name="program">What the model wrote.</param>
    /// <param name="result">What the program came to.</param>
    /// <returns>Whether it came to anything; false for what is no program, fails, or does not end in time.</returns>
    bool TryRun(string prompt, string program, out string result);
}

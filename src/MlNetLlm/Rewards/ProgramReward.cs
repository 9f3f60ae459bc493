namespace MlNetLlm.Rewards;

/// <summary>The answer is a program whose result is the reference, but for white space around them.</summary>
/// <param name="Interpreter">Runs the programs. What it throws counts as no result, unless memory runs out.</param>
public sealed record ProgramReward(IProgramInterpreter Interpreter) : IReward
{
    /// <summary>The program is what stands behind the last of these, and an answer without one is wrong.</summary>
    /// <value>null: the whole answer.</value>
    public string? Marker { get; init; }

    /// <inheritdoc/>
    public bool IsRight(string prompt, string answer, string reference)
    {
        if (FaultOf(reference) is not null || AnswerMarker.InAnswer(answer, Marker) is not { } program) return false;
        try
        {
            return Interpreter.TryRun(prompt, program, out var result) && result is not null
                && result.AsSpan().Trim().SequenceEqual(reference.AsSpan().Trim());
        }
        catch (Exception error) when (error is not OutOfMemoryException)   // programs are not trusted, nor what they do to interpreters
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public string? FaultOf(string reference) => string.IsNullOrWhiteSpace(reference) ? "it is blank" : null;
}

using MlNetLlm.LanguageModels;

namespace MlNetLlm.Karel;

/// <summary>
/// Lets a model write programs for specifications: greedily, under the grammar of the language, so that every program can be run. The
/// first operation is not the end; after the most operations only the end is left.
/// </summary>
public static class KarelWriter
{
    /// <summary>Writes a program for each task.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tasks">The tasks; their reference programs are not shown.</param>
    /// <param name="reading">How the model reads them.</param>
    /// <param name="maxOperations">Operations of the longest program.</param>
    /// <param name="cancellationToken">Ends the work between two tokens.</param>
    /// <returns>One program a task, of at least one operation.</returns>
    /// <exception cref="ArgumentException">The model's context has no room for prompt and program.</exception>
    public static KarelOperation[][] Write(
        LanguageModel model, IReadOnlyList<KarelTask> tasks, KarelReading reading, int maxOperations,
        CancellationToken cancellationToken = default)
    {
        if (tasks.Count == 0) return [];
        var encoding = reading.Encoding;
        var (prompt, room) = (encoding.PromptLength(tasks[0].Examples), encoding.ProgramLength(maxOperations));
        if (prompt + room > model.Config.ContextLength)
            throw new ArgumentException(
                $"A prompt of {prompt} and a program of {room} tokens exceed the model's context of {model.Config.ContextLength}. "
                + "Lower maxOperations.");
        var options = new GenerateOptions { MaxTokens = room, StopTokens = [encoding.Special.Eos!.Value] };
        var written = TextGenerator.Generate(
            model.Module, reading.Prompts(tasks), options, reading.Features(tasks, prompt),
            tokens => encoding.NextAllowed(tokens, maxOperations), cancellationToken);
        return [.. written.Select(tokens => Read(encoding, tokens, maxOperations))];
    }

    private static KarelOperation[] Read(IKarelEncoding encoding, IReadOnlyList<int> tokens, int maxOperations)
    {
        var program = new KarelOperation[maxOperations];
        return encoding.TryReadProgram([.. tokens, encoding.Special.Eos!.Value], program, out var length)
            ? program[..length]
            : throw new InvalidOperationException(
                $"The tokens {string.Join(" ", tokens)} are no program, though the grammar allowed them.");
    }
}

namespace MlNetLlm.Karel;

/// <summary>What both encodings ask of their callers.</summary>
internal static class KarelChecks
{
    public static void Prompt(IKarelEncoding encoding, int inputs, int outputs, int room)
    {
        if (inputs is < 1 or > 10 || inputs != outputs)
            throw new ArgumentException($"A prompt shows 1 to 10 inputs and as many outputs, not {inputs} and {outputs}.");
        if (room != encoding.PromptLength(inputs))
            throw new ArgumentException($"A prompt of {inputs} examples has {encoding.PromptLength(inputs)} tokens, not {room}.");
    }

    public static void Program(IKarelEncoding encoding, int operations, int room)
    {
        if (room != encoding.ProgramLength(operations))
            throw new ArgumentException(
                $"A program of {operations} operations has {encoding.ProgramLength(operations)} tokens, not {room}.");
    }
}

using MlNetLlm.Rewards;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>Runs an answer to "input>output" as a <see cref="StringProgram"/> on the input.</summary>
internal sealed class StringInterpreter : IProgramInterpreter
{
    /// <inheritdoc/>
    public bool TryRun(string prompt, string program, out string result)
    {
        var arrow = prompt.IndexOf('>', StringComparison.Ordinal);
        var made = arrow < 0 ? null : StringProgram.Run(program, prompt[..arrow]);
        result = made ?? "";
        return made is not null;
    }
}

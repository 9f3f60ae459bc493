using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Store;

/// <summary>What a run's seal says to those who read its files.</summary>
internal static class Seals
{
    private const string Finished = "finished";
    private const string NoSeal = "finished, no seal";
    private const string Changed = "changed after the run";

    /// <summary>The state of a finished run: finished; finished, no seal; or changed after the run.</summary>
    public static string State(StoredRun run)
    {
        try
        {
            return RunSeal.Check(run.Folder) ? Finished : NoSeal;
        }
        catch (InvalidDataException)
        {
            return Changed;
        }
        catch (FileNotFoundException)
        {
            return NoSeal;   // the run has just begun anew
        }
    }

    /// <summary>What readers of a run have to know; null where it fits its seal, and while it has no result.</summary>
    public static string? Warning(StoredRun run) => run.Result is null ? null : State(run) switch
    {
        NoSeal => $"Run '{run.Id}' has no seal: whether its files were changed cannot be checked.",
        Changed => $"Run '{run.Id}' was changed after it finished: its files are not those of its seal.",
        _ => null,
    };

    /// <summary>Says on standard error what readers of a run have to know.</summary>
    public static void Warn(StoredRun run)
    {
        if (Warning(run) is { } text) Console.Error.WriteLine($"mlnetllm: {RunTexts.Plain(text)}");
    }
}

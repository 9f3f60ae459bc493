using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Store;

/// <summary>Command lines to copy into a shell.</summary>
internal static class CommandLines
{
    /// <summary>How a run that was stopped comes to its end.</summary>
    public static string Finish(StoredRun run)
    {
        if (ParallelSweep.Exists(run.Folder)) return "give the command of the sweep again";
        var original = Path.GetDirectoryName(run.Folder)!;
        return run.Id == ReproduceCommand.FolderName && StoredRun.IsRun(original)
            ? $"mlnetllm reproduce {Quoted(original)} --resume"
            : Resume(run.Manifest!, run.Folder);
    }

    private static string Resume(RunManifest asked, string folder)
    {
        var sets = string.Concat(asked.Sets.Select(set => $" --set {Quoted(set)}"));
        return $"mlnetllm run {Quoted(asked.Experiment)} --preset {Quoted(asked.Preset)} --seed {asked.Seed}{sets}"
            + $" --out {Quoted(folder)} --resume";
    }

    /// <summary>An argument as a POSIX shell takes it.</summary>
    public static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./:=,+@%".Contains(letter))
            ? argument : $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}

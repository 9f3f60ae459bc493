using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>Runs an experiment into a folder of its own: what was asked, records on the way, the result and its seal.</summary>
internal static class ExperimentRunner
{
    /// <summary>Runs it to its end, or until it is stopped.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="request">What is asked of it.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <param name="taken">The lock on the run's folder where it is held already; null = it is taken.</param>
    /// <returns>The result, or null and the exit code where the run was stopped. A finished run that is resumed gives its own.</returns>
    /// <exception cref="InvalidOperationException">The folder holds another run, or another process is at work on it.</exception>
    public static (RunResult? Result, int Exit) Run(
        Experiment experiment, RunRequest request, CancellationToken cancellation, FolderLock? taken = null)
    {
        using var held = taken ?? FolderLock.Take(request.Out);
        experiment.Check(request);   // a run that is refused leaves what the folder holds as it is
        if (request.Resume && StoredRun.Open(request.Out).Result is { } finished)
        {
            Console.Error.WriteLine($"the run in {RunTexts.Plain(request.Out)} has finished: nothing to resume, nothing was changed");
            return (finished, 0);
        }
        var asked = new RunManifest(experiment.Name, request.Preset, request.Seed, request.Sets, TimeProvider.System.GetUtcNow());
        var run = StoredRun.Begin(FileSystems.Default, request.Out, asked);
        using var recorder = new RunRecorder(FileSystems.Default, request.Out, TimeProvider.System);
        var display = ProgressDisplay.OnStandardError(recorder);
        try
        {
            var result = experiment.Run(request, new RunContext(display, TimeProvider.System, cancellation));
            display.Done();
            StoredRun.Finish(FileSystems.Default, request.Out, result);
            return (result, 0);
        }
        catch (OperationCanceledException)
        {
            display.Done();
            // The options of a repetition are its original's, which no line of run can name.
            var line = request.Options is null ? CommandLines.Finish(run) : "the same command with --resume";
            Console.Error.WriteLine($"stopped; finished parts are kept. Go on: {RunTexts.Plain(line)}");
            return (null, ExitCodes.Cancelled);
        }
    }
}

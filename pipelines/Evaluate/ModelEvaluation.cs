using System.Text.Json;
using Microsoft.ML;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>Evaluates a model on tasks into a folder: the samples on the way, and the result.</summary>
internal static class ModelEvaluation
{
    /// <summary>What its results have in place of an experiment's name.</summary>
    public const string Name = "evaluate";

    /// <summary>The command line that repeats an evaluation.</summary>
    public static string Repeat(RunResult result)
    {
        var options = PresetFile.FromJson<EvaluationOptions>(result.Options);
        return $"mlnetllm evaluate --model {CommandLines.Quoted(options.Model)} --tasks {string.Join(',', options.Tasks)}"
            + (options.Limit is { } limit ? $" --limit {limit}" : "") + (options.Split is { } split ? $" --split {split}" : "")
            + (options.Device == "cpu" ? "" : $" --device {options.Device}");
    }

    /// <exception cref="InvalidOperationException">
    /// Another process is at work on the folder, or it holds samples of an earlier run and none are wanted.
    /// </exception>
    public static (RunResult Result, IReadOnlyList<TaskResult> Tasks) Run(
        EvaluationOptions options, string folder, bool resume, RunContext context)
    {
        var start = context.Clock.GetTimestamp();
        // All names are looked up first: a mistyped one stops before any work, and before there is a folder.
        var tasks = options.Tasks.Select(name => EvaluationTask.Find(name, options.Split)).ToList();
        var ml = new MLContext(1);
        using var model = ml.LanguageModels().Load(options.Model).To(options.Device);
        using var held = FolderLock.Take(folder);
        using var journal = SampleJournal.Open(folder, resume);
        if (journal.Count > 0) context.Display.Note($"{journal.Count} samples of an earlier run are used where they fit");
        var results = new List<TaskResult>();
        foreach (var task in tasks)
        {
            context.Display.Stage(task.Name);
            var total = task.Count(options.Limit);
            var runner = new TaskRunner(
                ml, model, journal, options.Limit, done => context.Display.Step(done, total, "rows"), context.Cancellation);
            results.Add(runner.Run(task));
        }
        context.Display.Done();
        var result = Result(options, tasks, results, context.Clock.GetElapsedTime(start));
        FileSystems.Default.Delete(Path.Combine(folder, RunSeal.FileName));   // of an earlier result
        StoredRun.Finish(FileSystems.Default, folder, result);
        return (result, results);
    }

    private static RunResult Result(
        EvaluationOptions options, IReadOnlyList<EvaluationTask> tasks, IReadOnlyList<TaskResult> results, TimeSpan elapsed) => new()
    {
        Experiment = Name,
        Preset = "none",
        Seed = 1,
        Seconds = Math.Round(elapsed.TotalSeconds, 2),
        PeakMemoryMiB = Math.Round(PeakMemory.OfProcessMiB()),
        Environment = RunEnvironments.Current(),
        Data = [.. tasks.Zip(results, (task, result) => new RunData(task.Dataset.Name, task.Dataset.Sha256, result.Rows, "catalog"))],
        Options = JsonSerializer.SerializeToNode(options, JsonOptions.Strict)!,
        Metrics = [.. results.SelectMany(Metrics)],
        Claims = [],
    };

    private static IEnumerable<RunMetric> Metrics(TaskResult result)
    {
        foreach (var share in result.Shares)
        {
            yield return new RunMetric(result.Task, share.Name, result.Split, share.Value, share.StandardError, share.Rows);
            yield return new RunMetric(result.Task, $"{share.Name} lower 95 %", result.Split, share.Interval.Lower);
            yield return new RunMetric(result.Task, $"{share.Name} upper 95 %", result.Split, share.Interval.Upper);
        }
        if (result.Chance is { } chance) yield return new RunMetric(result.Task, "chance", result.Split, chance);
        yield return new RunMetric(result.Task, "rows without an answer", result.Split, result.Unanswered);
        yield return new RunMetric(result.Task, "rows with a cut prompt", result.Split, result.Cut);
    }
}

using MlNetLlm.Data;
using MlNetLlm.Pipelines.Evaluate;
using MlNetLlm.Pipelines.Sweeps;
using MlNetLlm.Runs;
using MlNetLlm.Sweeps;

namespace MlNetLlm.Pipelines.Store;

/// <summary>What must hold before a run is repeated: a change of one bit stops here, before the first step.</summary>
internal static class ReproductionChecks
{
    /// <summary>Checks the stored run's files against their seal, and every file of its data against the catalog.</summary>
    /// <returns>The stored result.</returns>
    /// <exception cref="InvalidDataException">A file was changed, or the catalog's data is not the run's.</exception>
    /// <exception cref="InvalidOperationException">The run has not finished, or is a sweep or an evaluation.</exception>
    public static RunResult Before(StoredRun run)
    {
        if (ParallelSweep.Exists(run.Folder))
            throw new InvalidOperationException($"Run '{run.Id}' is a sweep; its trials are runs of their own. "
                + (SweepRun.BestTrial(run.Folder) is { } best ? $"The best one: {best}." : "None of them has completed yet."));
        RunSeal.Check(run.Folder);
        var result = run.Result
            ?? throw new InvalidOperationException($"Run '{run.Id}' has no result to reproduce. Finish it: {CommandLines.Finish(run)}");
        if (result.Experiment == ModelEvaluation.Name)
            throw new InvalidOperationException($"Run '{run.Id}' is an evaluation. Repeat it: {ModelEvaluation.Repeat(result)}.");
        foreach (var data in result.Data.Where(d => d.Origin == "catalog")) Check(data);
        return result;
    }

    private static void Check(RunData data)
    {
        var catalog = DatasetCatalog.Default;
        if (!catalog.Names.Contains(data.Name)) return;   // a part or mixture of data sets: the run checks what it opens
        var found = catalog.Find(data.Name);
        foreach (var file in found.Files) _ = found.File(file);   // compares each file's SHA-256
        if (found.Sha256 != data.Sha256)
            throw new InvalidDataException($"Data set '{data.Name}' has SHA-256 {found.Sha256}; the run used {data.Sha256}. "
                + "Check out the commit of the run, whose catalog names its files.");
    }
}

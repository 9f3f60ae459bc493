using MlNetLlm.Karel;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>Notes what was measured: means over models, with the standard error over models where there are several.</summary>
internal sealed class Report(IReadOnlyList<ModelResult> models, ProbingOptions options, RunRecord record)
{
    private const string Split = "test";
    private readonly int[] _tasks = [.. Enumerable.Range(0, options.TestPrograms)];

    public void Write()
    {
        for (var i = 0; i < models[0].Snapshots.Count; i++) Snapshot(i);
        Arms("", model => model.Final.Written);
        Arms("untrained network, ", model => model.Final.Untrained);
        Arms("other prompt, ", model => model.Final.Shuffled);
        Last();
        foreach (var name in models[0].Final.Bits.Keys)
        {
            Add($"code {name}, probes", "bits a label", model => model.Final.Bits[name].Probes);
            Add($"code {name}, uniform", "bits a label", model => model.Final.Bits[name].Uniform);
            Add($"code {name}, class frequencies", "bits a label", model => model.Final.Bits[name].Frequencies);
        }
    }

    private void Snapshot(int i)
    {
        var arm = $"step {models[0].Snapshots[i].Behaviour.Step}";
        Add(arm, "accuracy", model => model.Snapshots[i].Behaviour.Accuracy(_tasks));
        Add(arm, "held-out accuracy", model => Behaviour.Mean(model.Snapshots[i].Behaviour.Generalised, _tasks));
        Add(arm, "perplexity", model => model.Snapshots[i].Behaviour.Perplexity);
        Add(arm, "unique share", model => model.Snapshots[i].Behaviour.UniqueShare);
        Add(arm, "most frequent share", model => Behaviour.Mean(model.Snapshots[i].Behaviour.IsMostFrequent, _tasks));
        Add(arm, "operations", model => Behaviour.Mean(model.Snapshots[i].Behaviour.Length, _tasks));
        Contents($"{arm}, own programs", model => model.Snapshots[i].Written);
        Contents($"{arm}, forced programs", model => model.Snapshots[i].Forced);
        for (var level = 0; level < models[0].Snapshots[i].Levels.Count; level++)
        {
            var one = level;
            Contents($"{arm}, forced programs, {LevelChart.Name(level)}", model => model.Snapshots[i].Levels[one]);
        }
    }

    private void Contents(string prefix, Func<ModelResult, Dictionary<string, ArmCounts>> of)
    {
        foreach (var name in of(models[0]).Keys.Where(name => !name.Contains("differing", StringComparison.Ordinal)))
            Add($"{prefix}, {name}", "content", model => Effects.Mean(of(model), name, _tasks));
    }

    private void Arms(string prefix, Func<ModelResult, Dictionary<string, ArmCounts>> of)
    {
        foreach (var name in of(models[0]).Keys.Where(name => models.All(model => of(model).ContainsKey(name))))
        {
            Add(prefix + name, "direction", model => Content(model).Direction);
            Add(prefix + name, "offset", model => Content(model).Offset);
            Add(prefix + name, "obstacle", model => Content(model).Obstacle);
            Add(prefix + name, "content", model => Content(model).Mean);
            Add(prefix + name, "geometric mean", model => Content(model).GeometricMean);
            if (of(models[0])[name].SeedMeans is { Length: > 1 })
                Add($"{prefix}{name}, deviation over probe seeds", "content", model => Deviation(of(model)[name].SeedMeans));

            KarelSemanticContent Content(ModelResult model) => of(model)[name].Content(_tasks);
        }
    }

    private void Last()
    {
        Add("last snapshot, hidden markers compared", "accuracy", model => Behaviour.Mean(model.Last.Behaviour.Complete, _tasks));
        Add("last snapshot, solved tasks", "operations", model => Solved(model, model.Last.Behaviour.Length));
        Add("references of the solved tasks", "operations", model => Solved(model, model.Last.Behaviour.ReferenceLength));
        Add("last snapshot, training traces (pose and program)", "unique share", model => model.Final.UniquePairs ?? double.NaN);
        var searched = Math.Min(Constants.SearchedTasks, options.TestPrograms);
        record.Add(new RunMetric("best constant program", "accuracy", Split, Constants.BestAccuracy(options), null, options.TestPrograms));
        (string, double)[] lengths = [("shortest", Constants.ShortestLength(options)), ("reference", Constants.ReferenceLength(options))];
        foreach (var (arm, length) in lengths)
            record.Add(new RunMetric($"{arm} programs, first {searched} tasks", "operations", Split, length, null, searched));
    }

    private double Solved(ModelResult model, int[] values)
    {
        int[] solved = [.. _tasks.Where(task => model.Last.Behaviour.Solved[task] == 1)];
        return solved.Length == 0 ? 0 : Behaviour.Mean(values, solved);
    }

    private void Add(string arm, string name, Func<ModelResult, double> of)
    {
        double[] values = [.. models.Select(of)];
        if (!values.All(double.IsFinite)) return;              // an arm that a degenerate model could not have
        record.Add(new RunMetric(
            arm, name, Split, values.Average(), values.Length > 1 ? Deviation(values) / Math.Sqrt(values.Length) : null,
            values.Length > 1 ? values.Length : null));
    }

    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}

using MlNetLlm.Persistence;
using MlNetLlm.Runs;

/// <summary>Writes metric records into a run that other processes write into too, until it is done or killed.</summary>
internal static class RecordWriter
{
    /// <summary>Says "NAME TRIAL" once a trial's records are acknowledged.</summary>
    public static int Run(string store, string run, string name, int trials, int metrics)
    {
        // Also a fresh store that all writers open at once.
        var folder = Path.Combine(new RunStore(store).Folder, run);
        using var recorder = new RunRecorder(FileSystems.Default, folder, TimeProvider.System);
        var slowest = new List<double>();
        for (var trial = 0; trial < trials; trial++)
        {
            for (var metric = 0; metric < metrics; metric++)
            {
                var start = TimeProvider.System.GetTimestamp();
                recorder.Append(name, $"metric {metric}", trial, trial + (metric / 100.0));
                slowest.Add(TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
            }
            Console.WriteLine($"{name} {trial}");
        }
        slowest.Sort();
        Console.WriteLine($"p99 {slowest[(int)(slowest.Count * 0.99)].ToString("R", System.Globalization.CultureInfo.InvariantCulture)}");
        return 0;
    }
}

using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Sweeps;

/// <summary>Drives a sweep whose trials take milliseconds, until it is done or killed. Every trial begun is said.</summary>
internal static class SweepDriver
{
    public static int Run(string folder, int trials, int workers, string tuner)
    {
        var space = new SearchSpace
        {
            { "x", new UniformDoubleOption(0, 1, defaultValue: 0.2) },
            { "rank", new UniformIntOption(1, 64, logBase: true, defaultValue: 8) },
        };
        var options = new SweepOptions { Trials = trials, Workers = workers, Tuner = Enum.Parse<TunerKind>(tuner), GridSteps = 5 };
        var results = new ParallelSweep(space, options, folder, RunTrialAsync).RunAsync().GetAwaiter().GetResult();
        Console.WriteLine($"done {results.Count}");
        return 0;
    }

    private static async Task<TrialOutcome> RunTrialAsync(TrialRequest request, CancellationToken cancellation)
    {
        Console.WriteLine($"begin {request.Trial}");
        // Later trials may end first.
        await Task.Delay(5 + (request.Trial * 7 % 11), cancellation);
        var x = double.Parse(request.Values["x"], System.Globalization.CultureInfo.InvariantCulture);
        return new TrialOutcome(request.Trial, request.Round, TrialStatus.Completed, (x - 0.6) * (x - 0.6), 10);
    }
}

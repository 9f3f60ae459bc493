using System.Diagnostics;
using System.Globalization;

namespace MlNetLlm.Benchmarks;

/// <summary>A worker's side of the talk with the driver: waits for its turn, measures it, reports it.</summary>
internal sealed class Turns
{
    private bool _running;
    private TimeSpan _processor;
    private long _started;

    /// <summary>What the turn computed, for comparison with the other worker's.</summary>
    public double Value { get; set; }

    /// <summary>Reports the turn just ended and waits for the next.</summary>
    /// <returns>False when there is none.</returns>
    public bool Next()
    {
        if (_running)
        {
            var processor = Environment.CpuUsage.TotalTime - _processor;
            var wall = Stopwatch.GetElapsedTime(_started);
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"done {processor.TotalMilliseconds:F3} {wall.TotalMilliseconds:F3} {Value:R}"));
        }
        else
            Console.Out.WriteLine("ready");
        _running = Console.In.ReadLine() == "go";
        (_processor, _started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        return _running;
    }
}

// Says on standard error how training goes on, a line every few seconds; standard output has the numbers alone.
using System.Diagnostics;
using System.Globalization;
using MlNetLlm.Training;

internal sealed class ProgressLines(string what) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(5);
    private long _last = Stopwatch.GetTimestamp();

    public void Report(TrainingProgress value)
    {
        if (Stopwatch.GetElapsedTime(_last) < _every) return;
        _last = Stopwatch.GetTimestamp();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: step {value.Step} of {value.Steps}, loss {value.Loss:F3}, {value.Left:m\\:ss} left"));
    }
}

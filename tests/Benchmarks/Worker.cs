using System.Diagnostics;
using System.Globalization;

namespace MlNetLlm.Benchmarks;

/// <summary>One turn as a worker measured it.</summary>
/// <param name="Processor">Processor time of the whole process, in milliseconds.</param>
/// <param name="Wall">Wall time, in milliseconds.</param>
/// <param name="Value">What was computed.</param>
internal sealed record Turn(double Processor, double Wall, double Value);

/// <summary>A process that stays loaded and computes when it is given a turn.</summary>
internal sealed class Worker : IDisposable
{
    private readonly Process _process;

    public Worker(string name, string file, params string[] arguments)
    {
        Name = name;
        var started = Stopwatch.GetTimestamp();
        _process = Process.Start(new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        if (Read() != "ready")
            throw new InvalidOperationException(
                $"Worker '{name}' did not become ready. Run it by hand: {file} {string.Join(' ', arguments)}");
        StartUp = Stopwatch.GetElapsedTime(started);
    }

    public string Name { get; }

    /// <summary>From the start of the process until it was ready for its first turn.</summary>
    public TimeSpan StartUp { get; }

    /// <summary>The largest resident memory so far, in MiB (Linux).</summary>
    public double PeakMemory => File.ReadLines($"/proc/{_process.Id}/status")
        .Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture))
        .Single() / 1024;

    public Turn Take()
    {
        _process.StandardInput.WriteLine("go");
        return Read()?.Split(' ') is ["done", var processor, var wall, var value]
            ? new Turn(Number(processor), Number(wall), Number(value))
            : throw new InvalidOperationException($"Worker '{Name}' ended in the middle of a turn.");

        static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    // Other lines are what a library prints.
    private string? Read()
    {
        string? line;
        do
            line = _process.StandardOutput.ReadLine();
        while (line is not null && line != "ready" && !line.StartsWith("done ", StringComparison.Ordinal));
        return line;
    }
}

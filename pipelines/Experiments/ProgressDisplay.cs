using System.Globalization;
using MlNetLlm.Runs;
using MlNetLlm.Training;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// Shows how a run goes on: on a terminal one line that rewrites itself, otherwise a plain line every few seconds. Written to standard
/// error, so that standard output holds the result alone.
/// </summary>
public sealed class ProgressDisplay(IAnsiConsole console, TimeProvider clock, RunRecorder? recorder = null) : IProgress<TrainingProgress>
{
    private const int BarWidth = 24;
    private static readonly TimeSpan _plainEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _lineEvery = TimeSpan.FromMilliseconds(100);
    private readonly Lock _gate = new();
    private readonly bool _live = console.Profile.Out.IsTerminal;
    private string _stage = "";
    private long _last;
    private bool _dirty;

    /// <summary>The display of this process's standard error.</summary>
    /// <param name="recorder">Keeps the losses of training, under the stage they belong to; null keeps none.</param>
    public static ProgressDisplay OnStandardError(RunRecorder? recorder = null) =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }), TimeProvider.System, recorder);

    /// <summary>Says what begins now.</summary>
    public void Stage(string text)
    {
        lock (_gate)
        {
            Clear();
            _stage = text;
            _last = clock.GetTimestamp();
            Line(_live ? $"  {text} …" : $"{text} …");
        }
    }

    /// <summary>Says something that stays on the screen.</summary>
    public void Note(string text)
    {
        lock (_gate)
        {
            Clear();
            console.Profile.Out.Writer.WriteLine(text);
        }
    }

    /// <inheritdoc/>
    public void Report(TrainingProgress value)
    {
        recorder?.Append(_stage, "loss", value.Step, value.Loss);
        if (value is { Phase: "evaluate", ValidationLoss: { } validation })
            recorder?.Append(_stage, "validation loss", value.Step, validation);
        Step(value.Step, value.Steps, Describe(value));
    }

    /// <summary>Says how far work of another kind is.</summary>
    public void Step(long done, long total, string details)
    {
        lock (_gate)
        {
            var last = done >= total;
            if (clock.GetElapsedTime(_last) < (_live ? _lineEvery : _plainEvery) && !(last && _live)) return;
            _last = clock.GetTimestamp();
            var share = total > 0 ? Math.Clamp((double)done / total, 0, 1) : 0;
            var filled = (int)(share * BarWidth);
            Line(_live
                ? $"  {_stage}  [{new string('#', filled)}{new string('.', BarWidth - filled)}] {share,4:P0}  {details}"
                : string.Create(CultureInfo.InvariantCulture, $"{_stage}  {done}/{total}  {details}"));
        }
    }

    /// <summary>Ends the line in progress.</summary>
    public void Done()
    {
        lock (_gate) Clear();
    }

    private static string Describe(TrainingProgress p)
    {
        var validation = p.ValidationLoss is { } loss ? string.Create(CultureInfo.InvariantCulture, $" (validation {loss:F3})") : "";
        return string.Create(CultureInfo.InvariantCulture,
            $"loss {p.Loss:F3}{validation}  {p.TokensPerSecond:N0} tokens/s  {p.Left:m\\:ss} left");
    }

    private void Line(string text)
    {
        var writer = console.Profile.Out.Writer;
        if (_live)
        {
            var width = Math.Max(20, console.Profile.Width - 1);
            writer.Write($"\r\x1b[2K{(text.Length > width ? text[..width] : text)}");
            writer.Flush();
            _dirty = true;
        }
        else
        {
            writer.WriteLine(text);
        }
    }

    private void Clear()
    {
        if (!_dirty) return;
        console.Profile.Out.Writer.Write("\r\x1b[2K");
        _dirty = false;
    }
}

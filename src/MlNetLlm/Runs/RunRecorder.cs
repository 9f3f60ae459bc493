using System.Text.Json;
using System.Text.Json.Serialization;
using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>
/// Appends a process's metric records to a run: to a file of its own, so that no writer waits for another and a killed one costs at most
/// its own last record. The same numbers go to a TensorBoard event file.
/// </summary>
/// <remarks>Threads of the process may share one recorder.</remarks>
public sealed class RunRecorder : IDisposable
{
    /// <summary>The folder of the records in a run's folder.</summary>
    public const string FolderName = "records";

    internal const string Extension = ".log";

    internal static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly Lock _gate = new();
    private readonly RecordLog _log;
    private readonly TensorBoardFile _events;
    private readonly TimeProvider _clock;

    /// <summary>Starts a file of records for this process.</summary>
    /// <param name="files">Where to write.</param>
    /// <param name="runFolder">The run's folder.</param>
    /// <param name="clock">The time of the records.</param>
    public RunRecorder(IFileSystem files, string runFolder, TimeProvider clock)
    {
        _clock = clock;
        var folder = Path.Combine(runFolder, FolderName);
        files.CreateFolder(folder);
        // Sorts by time; the random part keeps processes of one moment, and of one number on two machines, apart.
        Writer = FormattableString.Invariant(
            $"{clock.GetUtcNow():yyyyMMdd'T'HHmmss}-{Environment.ProcessId}-{Guid.NewGuid():N}")[..40];
        _log = RecordLog.Open(files, Path.Combine(folder, Writer + Extension));
        _events = new TensorBoardFile(files, folder, Writer, clock);
    }

    /// <summary>The name of this process's file, without its extension.</summary>
    public string Writer { get; }

    /// <summary>Appends a number. It is with the operating system on return: killing the process cannot lose it.</summary>
    public void Append(string series, string name, long step, double value)
    {
        var point = new MetricPoint(series, name, step, value, _clock.GetUtcNow().ToUnixTimeMilliseconds());
        lock (_gate)
        {
            _log.Append(JsonSerializer.SerializeToUtf8Bytes(point, Json), toDisk: false);
            _events.Append($"{series}/{name}", step, value);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _log.Dispose();
            _events.Dispose();
        }
    }
}

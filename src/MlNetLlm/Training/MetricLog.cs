using System.Text.Json;
using MlNetLlm.Persistence;

namespace MlNetLlm.Training;

/// <summary>A run's metrics, one JSON record a step, in <c>metrics.log</c> of the checkpoint folder.</summary>
internal sealed class MetricLog : IDisposable
{
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private readonly string _path;
    private readonly RecordLog _log;

    /// <summary>Opens the log and forgets what came after its first so many bytes.</summary>
    public MetricLog(IFileSystem files, string folder, long keepBytes)
    {
        _path = Path.Combine(folder, TrainingMetrics.FileName);
        if (File.Exists(_path) && new FileInfo(_path).Length > keepBytes)
            AtomicFile.WriteAllBytes(files, _path, File.ReadAllBytes(_path).AsMemory(0, (int)keepBytes));
        _log = RecordLog.Open(files, _path);
    }

    /// <summary>How long the log is.</summary>
    public long Bytes => new FileInfo(_path).Length;

    /// <summary>Appends a step's metrics; they are safe from the end of this process at once.</summary>
    public void Append(TrainingMetrics metrics) => _log.Append(JsonSerializer.SerializeToUtf8Bytes(metrics, _json), toDisk: false);

    /// <summary>Waits until all is on the disk.</summary>
    public void Flush() => _log.Flush();

    public void Dispose() => _log.Dispose();
}

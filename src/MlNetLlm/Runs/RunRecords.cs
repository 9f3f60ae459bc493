using System.Text.Json;
using MlNetLlm.Persistence;

namespace MlNetLlm.Runs;

/// <summary>What the processes of a run recorded.</summary>
/// <param name="Points">The records, writer by writer, each writer's in order.</param>
/// <param name="Lost">For each damaged file the ranges of bytes without a record.</param>
public sealed record RunRecords(IReadOnlyList<MetricPoint> Points, IReadOnlyList<(string File, LostRange Range)> Lost)
{
    /// <summary>Reads a run's records, also of a run at work. Damage costs the records it touches and is reported, never thrown.</summary>
    public static RunRecords Read(string runFolder)
    {
        var folder = Path.Combine(runFolder, RunRecorder.FolderName);
        if (!Directory.Exists(folder)) return new RunRecords([], []);
        var (points, lost) = (new List<MetricPoint>(), new List<(string, LostRange)>());
        foreach (var file in Directory.EnumerateFiles(folder, "*" + RunRecorder.Extension).Order(StringComparer.Ordinal))
        {
            var content = RecordLog.Read(file);
            points.AddRange(content.Records.Select(Parse).OfType<MetricPoint>());
            lost.AddRange(content.Lost.Select(range => (Path.GetFileName(file), range)));
        }
        return new RunRecords(points, lost);
    }

    // A record whose checksum holds but that a later version wrote in another form is none of ours.
    private static MetricPoint? Parse(ReadOnlyMemory<byte> record)
    {
        try
        {
            return JsonSerializer.Deserialize<MetricPoint>(record.Span, RunRecorder.Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

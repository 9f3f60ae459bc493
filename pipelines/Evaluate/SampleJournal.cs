using System.Security.Cryptography;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>
/// The samples of an evaluation, one record each as soon as it is there: a killed run loses the batch at hand only. A sample is found again
/// by what was asked: model, prompt, choices and settings, so that a journal never answers another question.
/// </summary>
public sealed class SampleJournal : IDisposable
{
    private readonly Dictionary<string, SampleRecord> _records = [];
    private readonly RecordLog _log;

    private SampleJournal(RecordLog log) => _log = log;

    /// <summary>The file in an evaluation's folder.</summary>
    public const string FileName = "samples.log";

    /// <summary>Samples known.</summary>
    public int Count => _records.Count;

    /// <summary>Opens the journal of a folder.</summary>
    /// <param name="folder">The evaluation's folder; made when it is not there.</param>
    /// <param name="resume">Whether samples of an earlier run are to be used.</param>
    /// <param name="files">Where to write; null = this machine's files.</param>
    /// <exception cref="InvalidOperationException">There are samples of an earlier run and none are wanted.</exception>
    public static SampleJournal Open(string folder, bool resume, IFileSystem? files = null)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        var earlier = RecordLog.Read(path).Records;
        if (!resume && earlier.Count > 0)
        {
            throw new InvalidOperationException(
                $"'{folder}' holds {earlier.Count} samples of an earlier run. Go on with --resume, or name another folder with --out.");
        }
        var journal = new SampleJournal(RecordLog.Open(files ?? FileSystems.Default, path));
        foreach (var record in earlier) journal.Know(StrictJson.Parse<SampleRecord>(record.Span, path));
        return journal;
    }

    /// <summary>The name of a request: a hash of all that decides its answer.</summary>
    /// <param name="parts">Model, settings, prompt, choices.</param>
    public static string Request(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(StrictJson.ToBytes(parts.ToArray())));

    /// <summary>The sample of a request, or null.</summary>
    public SampleRecord? Find(string request) => _records.GetValueOrDefault(request);

    /// <summary>Keeps a sample; the first of a request counts.</summary>
    public void Add(SampleRecord record)
    {
        if (!Know(record)) return;
        _log.Append(StrictJson.ToBytes(record), toDisk: false);
    }

    /// <summary>Waits until all samples are on the disk.</summary>
    public void Flush() => _log.Flush();

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private bool Know(SampleRecord record) => _records.TryAdd(record.Request, record);
}

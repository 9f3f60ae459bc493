using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

/// <summary>How an operation goes wrong.</summary>
public enum Fault
{
    /// <summary>The disk reports an error.</summary>
    InputOutput,

    /// <summary>The disk is full.</summary>
    NoSpace,

    /// <summary>The operation is not allowed.</summary>
    AccessDenied,

    /// <summary>A write puts half its bytes on the disk, then the disk is full; other operations fail as with a full disk.</summary>
    ShortWrite,

    /// <summary>The process dies: this operation and all later ones do nothing, and no error handling runs on the disk.</summary>
    Kill,

    /// <summary>The machine loses power: as a kill, and what was never forced to the disk is gone.</summary>
    PowerLoss,
}

/// <summary>Thrown in place of the process's end; no code under test catches it as a disk error.</summary>
public sealed class KilledException() : Exception("The process was killed here.");

/// <summary>A file system that goes wrong at the n-th operation (counted from 0), and that can lose power.</summary>
public sealed class FaultyFileSystem(Fault fault, int failAt, bool sticky, IFileSystem? disk = null) : IFileSystem
{
    private readonly IFileSystem _disk = disk ?? FileSystems.Default;
    private readonly Dictionary<string, long> _flushedLengths = [];
    private readonly List<Entry> _unsynced = [];
    private readonly List<Stream> _open = [];

    /// <summary>How many operations were asked for.</summary>
    public int Operations { get; private set; }

    /// <summary>How often it was asked what is in a folder.</summary>
    public int Looks { get; private set; }

    /// <summary>Whether the fault was reached.</summary>
    public bool Failed => Operations > failAt;

    public Stream Create(string path)
    {
        Step();
        NoteNewFile(path);
        _flushedLengths[path] = 0;
        return Watch(_disk.Create(path), path);
    }

    public Stream Append(string path)
    {
        Step();
        NoteNewFile(path);
        _flushedLengths.TryAdd(path, File.Exists(path) ? new FileInfo(path).Length : 0);
        return Watch(_disk.Append(path), path);
    }

    public void Flush(Stream stream)
    {
        Step();
        var watched = (Watched)stream;
        _disk.Flush(watched.Inner);
        _flushedLengths[watched.Path] = watched.Inner.Length;
    }

    public void Move(string from, string to)
    {
        Step();
        var older = File.Exists(to) ? File.ReadAllBytes(to) : null;
        _disk.Move(from, to);
        Rename(from, to);
        _unsynced.Add(new Entry(from, to, older));
    }

    public void MoveFolder(string from, string to)
    {
        Step();
        _disk.MoveFolder(from, to);
        foreach (var path in _flushedLengths.Keys.Where(path => path.StartsWith(from + Path.DirectorySeparatorChar)).ToList())
            Rename(path, to + path[from.Length..]);
        _unsynced.ForEach(entry => entry.MoveFolder(from, to));
        _unsynced.Add(new Entry(from, to));
    }

    public void Delete(string path)
    {
        Step();
        _disk.Delete(path);
    }

    public void CreateFolder(string path)
    {
        Step();
        _disk.CreateFolder(path);
    }

    public void SyncFolder(string path)
    {
        Step();
        _disk.SyncFolder(path);
        _unsynced.RemoveAll(entry => Path.GetDirectoryName(entry.To) == path);
    }

    public bool Exists(string path) => _disk.Exists(path);

    public IEnumerable<string> Files(string folder, string pattern)
    {
        Looks++;
        return _disk.Files(folder, pattern);
    }

    /// <summary>Takes back what was never forced to the disk: bytes not flushed, and new files and renames in folders not synced.</summary>
    public void LosePower()
    {
        _open.ForEach(stream => stream.Dispose());
        foreach (var (path, length) in _flushedLengths.Where(item => File.Exists(item.Key)))
            using (var stream = File.OpenWrite(path))
                stream.SetLength(Math.Min(length, stream.Length));
        while (_unsynced.Count > 0)
        {
            var last = _unsynced[^1];
            _unsynced.RemoveAt(_unsynced.Count - 1);
            last.Undo();
            if (last.From is not null)
                _unsynced.ForEach(entry => entry.MoveFolder(last.To, last.From));
        }
    }

    private void NoteNewFile(string path)
    {
        if (!File.Exists(path))
            _unsynced.Add(new Entry(null, path));
    }

    private Watched Watch(Stream stream, string path)
    {
        _open.Add(stream);
        return new Watched(this, stream, path);
    }

    private void Rename(string from, string to)
    {
        if (_flushedLengths.Remove(from, out var length))
            _flushedLengths[to] = length;
    }

    private void Step(Action? half = null)
    {
        var now = Operations++;
        var dead = fault is Fault.Kill or Fault.PowerLoss;
        if (now < failAt || (now > failAt && !sticky && !dead))
            return;
        if (now == failAt && fault == Fault.PowerLoss)
            LosePower();
        if (now == failAt && fault is Fault.ShortWrite or Fault.Kill)
            half?.Invoke();
        throw fault switch
        {
            Fault.InputOutput => new IOException("Input/output error"),
            Fault.AccessDenied => new UnauthorizedAccessException("Permission denied"),
            Fault.NoSpace or Fault.ShortWrite => new IOException("No space left on device"),
            _ => new KilledException(),
        };
    }

    /// <summary>A name that is on the disk only once its folder was synced: of a new file (no From), or a new name.</summary>
    private sealed class Entry(string? from, string to, byte[]? older = null)
    {
        public string? From { get; private set; } = from;

        public string To { get; private set; } = to;

        public void MoveFolder(string before, string after) => (From, To) = (Moved(From, before, after), Moved(To, before, after)!);

        public void Undo()
        {
            if (Directory.Exists(To))
                Directory.Move(To, From!);
            else if (!File.Exists(To))
                return;                                          // deleted since
            else if (From is null)
                File.Delete(To);
            else
                File.Move(To, From);
            if (older is not null)
                File.WriteAllBytes(To, older);
        }

        private static string? Moved(string? path, string before, string after) =>
            path?.StartsWith(before + Path.DirectorySeparatorChar) == true ? after + path[before.Length..] : path;
    }

    private sealed class Watched(FaultyFileSystem owner, Stream inner, string path) : Stream
    {
        public Stream Inner => inner;

        public string Path => path;

        public override bool CanRead => false;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var bytes = buffer.ToArray();
            owner.Step(() => inner.Write(bytes, 0, bytes.Length / 2));
            inner.Write(bytes);
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
        }
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>
/// The tokens of a data set end to end. A small one stays in memory; a larger one goes on in a temporary file, deleted with the store, so
/// memory stays bounded whatever the size of the data.
/// </summary>
internal sealed class TokenStore(int tokensInMemory) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<int> _memory = [];
    private FileStream? _file;

    /// <summary>How many tokens there are.</summary>
    public long Count { get; private set; }

    /// <summary>The SHA-256 of all tokens added so far.</summary>
    public string Sha256 => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Identifies the tokens and the windows of this length that they are cut into.</summary>
    public string WindowsFingerprint(int length) =>
        Identity.Sha256($"{Sha256}/{Count}/{length}");

    /// <summary>Adds tokens at the end.</summary>
    public void Add(ReadOnlySpan<int> tokens)
    {
        _hash.AppendData(MemoryMarshal.AsBytes(tokens));
        Count += tokens.Length;
        if (_file is null && _memory.Count + tokens.Length <= tokensInMemory)
            _memory.AddRange(tokens);
        else
            (_file ??= TemporaryFile()).Write(MemoryMarshal.AsBytes(tokens));
    }

    /// <summary>Copies tokens from a place on.</summary>
    public void Read(long from, Span<int> target)
    {
        var inMemory = (int)Math.Clamp(_memory.Count - from, 0, target.Length);
        if (inMemory > 0)
            CollectionsMarshal.AsSpan(_memory).Slice((int)from, inMemory).CopyTo(target);
        if (inMemory == target.Length)
            return;
        _file!.Flush();
        var bytes = MemoryMarshal.AsBytes(target[inMemory..]);
        for (var (offset, read) = ((from + inMemory - _memory.Count) * sizeof(
            int), 0); bytes.Length > 0; bytes = bytes[read..], offset += read)
            if ((read = RandomAccess.Read(_file.SafeFileHandle, bytes, offset)) == 0)
                throw new InvalidDataException($"The temporary file '{_file.Name}' was cut while in use.");
    }

    public void Dispose()
    {
        _file?.Dispose();
        _hash.Dispose();
    }

    private static FileStream TemporaryFile() => new(
        Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20,
        FileOptions.DeleteOnClose);
}

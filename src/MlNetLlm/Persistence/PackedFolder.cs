namespace MlNetLlm.Persistence;

/// <summary>
/// Turns a folder of files into bytes and back, for places that hold bytes only. Names are plain file names; nothing leaves the folder.
/// </summary>
internal static class PackedFolder
{
    /// <summary>The most that files may have together: beyond it, a folder of one's own is the better place.</summary>
    public const long MaxBytes = 1L << 30;

    private const uint Magic = 0x46504C4D;   // "MLPF"

    /// <summary>Lets <paramref name="write"/> fill a temporary folder and packs its files, in the order of their names.</summary>
    /// <exception cref="NotSupportedException">They are larger than <see cref="MaxBytes"/>.</exception>
    public static byte[] Pack(Action<string> write)
    {
        using var temporary = new TemporaryFolder();
        write(temporary.Path);
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        var files = Directory.GetFiles(temporary.Path).Order(StringComparer.Ordinal).ToList();
        if (files.Sum(file => new FileInfo(file).Length) is var size && size > MaxBytes)
        {
            throw new NotSupportedException(
                $"This step's data is {size >> 20} MiB; a step of an ML.NET model file holds {MaxBytes >> 20} MiB. "
                + "Save the model with its own Save(folder), and build the pipeline anew around what Load gives.");
        }
        writer.Write(Magic);
        writer.Write(files.Count);
        foreach (var file in files)
        {
            var content = File.ReadAllBytes(file);
            writer.Write(Path.GetFileName(file));
            writer.Write(content.Length);
            writer.Write(content);
        }
        return bytes.ToArray();
    }

    /// <summary>Unpacks into a temporary folder, gives it to <paramref name="read"/> and removes it again.</summary>
    /// <exception cref="InvalidDataException">The bytes are no packed folder, or name a file outside it.</exception>
    public static T Unpack<T>(byte[] packed, Func<string, T> read)
    {
        using var temporary = new TemporaryFolder();
        using var reader = new BinaryReader(new MemoryStream(packed));
        try
        {
            if (reader.ReadUInt32() != Magic) throw new InvalidDataException(
                "The packed folder does not begin with its mark; it is damaged.");
            for (var left = reader.ReadInt32(); left > 0; left--)
            {
                var name = reader.ReadString();
                var length = reader.ReadInt32();
                if (name.Length == 0 || name is "." or ".." || name != Path.GetFileName(name) || name.Contains('\\'))
                    throw new InvalidDataException($"The packed folder names '{name}', which is no plain file name.");
                if (length < 0 || length > packed.Length - reader.BaseStream.Position)
                    throw new InvalidDataException($"The packed folder gives '{name}' {length} bytes, more than are left.");
                File.WriteAllBytes(Path.Combine(temporary.Path, name), reader.ReadBytes(length));
            }
        }
        catch (EndOfStreamException error)
        {
            throw new InvalidDataException("The packed folder ends early; it is damaged.", error);
        }
        return read(temporary.Path);
    }

    private sealed class TemporaryFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("mlnetllm-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}

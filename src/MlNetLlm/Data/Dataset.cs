using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>A data set of the catalog whose files are on this machine. A file's SHA-256 is checked when it is first used.</summary>
public sealed class Dataset
{
    private static readonly ConcurrentDictionary<(string Path, long Length, DateTime Written), Lazy<string>> _checksums = new();

    private readonly DatasetEntry _entry;

    internal Dataset(DatasetEntry entry, string folder) => (_entry, Folder) = (entry, folder);

    /// <summary>Its name in the catalog.</summary>
    public string Name => _entry.Name;

    /// <summary>What it is, in one line.</summary>
    public string Title => _entry.Title;

    /// <summary>The licence of the data.</summary>
    public string Licence => _entry.Licence;

    /// <summary>The folder that holds the files.</summary>
    public string Folder { get; }

    /// <summary>The names of its files, as <see cref="File"/> takes them.</summary>
    public IReadOnlyList<string> Files => [.. _entry.Files.Select(file => file.Name)];

    /// <summary>One SHA-256 for all the files: of the catalog's names and checksums.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Concat(_entry.Files.Select(file => $"{file.Sha256}  {file.Name}\n")))));

    /// <summary>Gives a file's path, after checking its content.</summary>
    /// <param name="name">The file's name.</param>
    /// <returns>The full path.</returns>
    /// <exception cref="ArgumentException">The data set has no such file.</exception>
    /// <exception cref="InvalidDataException">The file differs from the catalog.</exception>
    public string File(string name)
    {
        var file = _entry.Files.FirstOrDefault(file => file.Name == name);
        if (file is null)
        {
            var hint = Nearest.To(name, Files) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", Files)}.";
            throw new ArgumentException($"Data set '{Name}' has no file '{name}'. {hint}", nameof(name));
        }
        var path = Path.Combine(Folder, name.Replace('/', Path.DirectorySeparatorChar));
        if (Checksum(path) is var sha256 && sha256 != file.Sha256)
            throw new InvalidDataException($"'{path}' has SHA-256 {sha256}, the catalog says {file.Sha256}. "
                + $"Replace it with the original ({DatasetCatalog.Origin(_entry, file)}), or use a data set of your own name.");
        return path;
    }

    private static string Checksum(string path)
    {
        var info = new FileInfo(path);
        return _checksums.GetOrAdd((info.FullName, info.Length, info.LastWriteTimeUtc), key => new Lazy<string>(() =>
        {
            using var stream = System.IO.File.OpenRead(key.Path);
            return Convert.ToHexStringLower(SHA256.HashData(stream));
        })).Value;
    }
}

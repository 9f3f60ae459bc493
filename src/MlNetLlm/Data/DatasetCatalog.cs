using System.Globalization;
using System.Text;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>
/// The data sets that tests and experiments use, listed in <c>datasets/catalog.json</c>. The data itself is looked for in
/// <c>$MLNETLLM_DATA/name</c>, <c>datasets/name</c> and <c>../shared/data/name</c>, in this order.
/// </summary>
public sealed class DatasetCatalog
{
    /// <summary>The environment variable that names the first folder to look in.</summary>
    public const string FolderVariable = "MLNETLLM_DATA";

    private const int Format = 1;

    // A failure is not kept: once the catalog is mended or the working directory another, it is found.
    private static readonly Lazy<DatasetCatalog> _default = new(Discover, LazyThreadSafetyMode.PublicationOnly);

    private readonly IReadOnlyList<DatasetEntry> _entries;
    private readonly IReadOnlyList<string> _folders;

    private DatasetCatalog(IReadOnlyList<DatasetEntry> entries, IReadOnlyList<string> folders)
        => (_entries, _folders) = (entries, folders);

    /// <summary>The catalog of the repository that this process runs in.</summary>
    /// <exception cref="FileNotFoundException">No <c>datasets/catalog.json</c> is above the working directory or the program.</exception>
    /// <exception cref="InvalidDataException">The one that is there is no catalog.</exception>
    public static DatasetCatalog Default => _default.Value;

    /// <summary>The names of all data sets.</summary>
    public IReadOnlyList<string> Names => [.. _entries.Select(entry => entry.Name)];

    /// <summary>Reads a catalog.</summary>
    /// <param name="path">The JSON file.</param>
    /// <param name="folders">Where to look for a data set's folder, in this order.</param>
    /// <returns>The catalog.</returns>
    /// <exception cref="InvalidDataException">The file is no catalog.</exception>
    public static DatasetCatalog Read(string path, params IReadOnlyList<string> folders)
    {
        var list = StrictJson.ReadFile<DatasetList>(path);
        if (list.Format != Format)
            throw new InvalidDataException($"'{path}' has format {list.Format}; this version reads {Format}.");
        foreach (var twice in list.Datasets.GroupBy(entry => entry.Name).Where(group => group.Count() > 1))
            throw new InvalidDataException($"'{path}' lists '{twice.Key}' more than once.");
        return new DatasetCatalog(list.Datasets, folders);
    }

    /// <summary>Finds a data set's files on this machine.</summary>
    /// <param name="name">The data set's name.</param>
    /// <returns>The data set, from the first folder that has all its files.</returns>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    /// <exception cref="FileNotFoundException">Files are missing; the message says what to put where.</exception>
    public Dataset Find(string name)
    {
        var entry = Entry(name);
        foreach (var folder in _folders)
            if (Missing(entry, folder).Count == 0)
                return new Dataset(entry, Path.Combine(folder, name));
        throw new FileNotFoundException(HowToGet(entry));
    }

    /// <summary>Says whether a data set's files are all on this machine.</summary>
    /// <param name="name">The data set's name.</param>
    /// <returns>True when <see cref="Find"/> would find it.</returns>
    /// <exception cref="ArgumentException">No data set has this name.</exception>
    public bool Has(string name)
    {
        var entry = Entry(name);
        return _folders.Any(folder => Missing(entry, folder).Count == 0);
    }

    /// <summary>
    /// Finds what a path means: itself when it is there, else a data set of <see cref="Default"/>, as "name" or "datasets/name", or one of
    /// its files, as "name/file".
    /// </summary>
    /// <param name="path">The path or name.</param>
    /// <returns>A path that is there; the content of a data set's files has been checked.</returns>
    /// <exception cref="FileNotFoundException">It is none of these, or the data set is not on this machine.</exception>
    public static string Resolve(string path)
    {
        if (Path.Exists(path))
            return path;
        var parts = path.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        var name = parts.SkipWhile(part => part == "datasets").FirstOrDefault("");
        var file = string.Join('/', parts.SkipWhile(part => part == "datasets").Skip(1));
        var known = Known(out var damage);
        if (!known.Contains(name))
        {
            throw new FileNotFoundException(
                $"'{path}' is neither a file, nor a folder, nor a data set of the catalog. {damage ?? Hint(name, known)}");
        }
        var dataset = _default.Value.Find(name);
        if (file.Length > 0)
            return dataset.File(file);
        foreach (var each in dataset.Files)
            dataset.File(each);
        return dataset.Folder;
    }

    /// <summary>What to do about a data set that is not known.</summary>
    internal static string Hint(string name, IReadOnlyList<string> known) => known.Count == 0
        ? "No datasets/catalog.json is found above the working directory or the program: outside the repository give a path."
        : Nearest.To(name, known) is { } nearest ? $"Did you mean data set '{nearest}'?" : $"Known data sets: {string.Join(", ", known)}.";

    internal static string Origin(DatasetEntry entry, DatasetFile file)
        => string.Join(" or ", entry.Source.Take(1)) + (file.From is null ? "" : $", {file.From}");

    private static DatasetCatalog Discover()
    {
        var starts = new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory };
        var root = starts.Select(Root).FirstOrDefault(found => found is not null) ?? throw new FileNotFoundException(
            $"There is no datasets/catalog.json above '{starts[0]}' or '{starts[1]}'. "
            + "Run inside the repository, or read a catalog of your own with DatasetCatalog.Read.");
        var folders = new List<string> { Path.Combine(root, "datasets"), Path.GetFullPath(Path.Combine(root, "..", "shared", "data")) };
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } first)
            folders.Insert(0, first);
        return Read(CatalogIn(root), folders);
    }

    private static IReadOnlyList<string> Known(out string? damage)
    {
        damage = null;
        try
        {
            return Default.Names;
        }
        catch (FileNotFoundException)   // outside the repository there is no catalog
        {
            return [];
        }
        catch (InvalidDataException error)
        {
            damage = $"The catalog cannot be read: {error.Message}";
            return [];
        }
    }

    private static string? Root(string start)
    {
        for (var folder = start; folder is not null; folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)))
            if (File.Exists(CatalogIn(folder)))
                return folder;
        return null;
    }

    private static string CatalogIn(string root) => Path.Combine(root, "datasets", "catalog.json");

    private static List<DatasetFile> Missing(DatasetEntry entry, string folder)
        => [.. entry.Files.Where(file => !File.Exists(Path.Combine(folder, entry.Name, file.Name)))];

    private DatasetEntry Entry(string name)
    {
        if (_entries.FirstOrDefault(entry => entry.Name == name) is { } found)
            return found;
        var hint = Nearest.To(name, Names) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", Names)}.";
        throw new ArgumentException($"Unknown data set '{name}'. {hint}", nameof(name));
    }

    private string HowToGet(DatasetEntry entry)
    {
        var nearest = _folders.MinBy(folder => Missing(entry, folder).Count)!;
        var others = _folders.Where(folder => folder != nearest).Select(folder => $"'{Path.Combine(folder, entry.Name)}'").ToList();
        var text = new StringBuilder($"Data set '{entry.Name}' is not on this machine. Put into '{Path.Combine(nearest, entry.Name)}'");
        if (others.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" (or, all files together, into {string.Join(" or ", others)})");
        text.Append(':');
        foreach (var file in Missing(entry, nearest))
        {
            var from = file.From is null ? "" : $", from {file.From}";
            text.Append(CultureInfo.InvariantCulture, $"\n  {file.Name}  {file.Bytes} bytes, SHA-256 {file.Sha256}{from}");
        }
        text.Append(CultureInfo.InvariantCulture, $"\nSource: {string.Join("; ", entry.Source)}.\n{entry.Get}\nLicence: {entry.Licence}.");
        return text.ToString();
    }
}

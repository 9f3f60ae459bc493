using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Checkpoints;

/// <summary>The safetensors files of a Hugging Face folder, one or many, as a source of weights under our names.</summary>
internal sealed class HuggingFaceWeights : IDisposable
{
    internal const string FileName = "model.safetensors";
    internal const string IndexName = "model.safetensors.index.json";
    private const int MaxShards = 1_000;

    private readonly string _folder;
    private readonly HuggingFaceArchitecture _architecture;
    private readonly Dictionary<string, SafetensorsFile> _fileOf;
    private readonly Dictionary<string, (WeightNames Names, int Part)> _places;
    private readonly HashSet<string> _used = [];
    private string? _packed;     // the tensor that stands in the room now
    private Tensor? _room;       // one for all packed tensors, as large as the largest: the allocator keeps the holes of many

    private HuggingFaceWeights(
        string folder, HuggingFaceArchitecture architecture, Dictionary<string, SafetensorsFile> fileOf, int layers)
    {
        (_folder, _architecture, _fileOf) = (folder, architecture, fileOf);
        _places = WeightNames.Expand(architecture.Weights, layers)
            .SelectMany(names => names.Ours.Select((ours, part) => (ours, names, part)))
            .ToDictionary(place => place.ours, place => (place.names, place.part));
    }

    /// <summary>Opens the files and checks their headers.</summary>
    internal static HuggingFaceWeights Open(
        string folder, HuggingFaceArchitecture architecture, TransformerConfig config, SafetensorsLimits limits)
    {
        var fileOf = new Dictionary<string, SafetensorsFile>();
        try
        {
            foreach (var name in FileNames(folder))
            {
                var file = SafetensorsFile.Open(Path.Combine(folder, name), limits);
                var added = file.Header.Tensors.Count(entry => fileOf.TryAdd(entry.Name, file));
                if (added < file.Header.Tensors.Count)
                    throw new InvalidDataException($"'{folder}': '{name}' holds tensors that another of the folder's files holds too.");
            }
            SafetensorsWeights.RequireLayers(config, fileOf.Count, folder);
            return new HuggingFaceWeights(folder, architecture, fileOf, config.Layers);
        }
        catch
        {
            Close(fileOf);
            throw;
        }
    }

    /// <summary>
    /// One weight, converted to <paramref name="type"/>; only a weight that shares its tensor with others is read through a copy.
    /// </summary>
    internal WeightSource Source(ScalarType type) => (name, _, shape) =>
    {
        var (names, part) = _places.TryGetValue(name, out var place)
            ? place
            : throw new InvalidDataException($"'{_folder}': {_architecture.ModelType} checkpoints have no place for '{name}'.");
        var theirs = Locate(names.Theirs);
        var expected = WeightLayouts.PackedShape(names.Layout, shape, names.Ours.Length);
        long[] stored = [.. _fileOf[theirs].Entry(theirs).Shape];
        if (!stored.AsSpan().SequenceEqual(expected))
            throw new InvalidDataException(
                $"'{_folder}': tensor '{theirs}' has shape {Shapes.Text(stored)}, config.json asks for {Shapes.Text(expected)}.");
        _used.Add(theirs);
        return names.Layout == WeightLayout.Same ? _fileOf[theirs].Read(theirs, type) : Unpacked(theirs, names, part, type);
    };

    /// <summary>Throws when the files hold tensors that the model neither takes nor is known to leave aside.</summary>
    internal void RequireAllUsed()
    {
        string[] unknown = [.. _fileOf.Keys.Where(name => !_used.Contains(name) && !IsUnused(name)).Order(StringComparer.Ordinal)];
        if (unknown.Length > 0)
            throw new InvalidDataException(
                $"'{_folder}' holds {unknown.Length} tensor(s) that {_architecture.ModelType} has no place for: "
                + $"{string.Join(", ", unknown.Take(5))}.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _room?.Dispose();
        Close(_fileOf);
    }

    private static IEnumerable<string> FileNames(string folder)
    {
        if (File.Exists(Path.Combine(folder, FileName)))
            return [FileName];
        var index = Path.Combine(folder, IndexName);
        if (!File.Exists(index))
            throw new InvalidDataException(
                $"Folder '{folder}' has neither {FileName} nor {IndexName}."
                + (File.Exists(Path.Combine(folder, "pytorch_model.bin"))
                    ? " Its pytorch_model.bin is a pickle, which can run code and is never read. Convert it to safetensors."
                    : ""));
        string[] names = [.. ConfigJson.Read(index).TextMap("weight_map").Values.Distinct().Order(StringComparer.Ordinal)];
        if (names.Length is 0 or > MaxShards || names.Any(name =>
            name != Path.GetFileName(name) || !name.EndsWith(".safetensors", StringComparison.Ordinal)))
            throw new InvalidDataException(
                $"'{index}' names {names.Length} files, expected 1 to {MaxShards} .safetensors files of the same folder.");
        return names;
    }

    private string Locate(string theirs) =>
        Find(theirs) ?? throw new InvalidDataException($"'{_folder}' holds no tensor '{theirs}' among its {_fileOf.Count}.");

    private string? Find(string theirs)
    {
        if (_fileOf.ContainsKey(theirs))
            return theirs;
        return theirs.StartsWith(_architecture.Prefix, StringComparison.Ordinal)
            && theirs[_architecture.Prefix.Length..] is var bare && _fileOf.ContainsKey(bare) ? bare : null;
    }

    private Tensor Unpacked(string theirs, WeightNames names, int part, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var view = WeightLayouts.Unpack(names.Layout, Packed(theirs), part, names.Ours.Length);
        return empty(view.shape, type).copy_(view).MoveToOuterDisposeScope();
    }

    private Tensor Packed(string theirs)
    {
        var entry = _fileOf[theirs].Entry(theirs);
        if (_room is null || _room.dtype != entry.Type)
        {
            _room?.Dispose();
            (_room, _packed) = (empty(LargestPacked(entry.Type), entry.Type).DetachFromDisposeScope(), null);
        }
        var packed = _room.narrow(0, 0, entry.Count).view([.. entry.Shape]);
        if (_packed != theirs) _fileOf[theirs].ReadInto(theirs, packed);
        _packed = theirs;
        return packed;
    }

    private long LargestPacked(ScalarType type) => _places.Values
        .Where(place => place.Names.Layout != WeightLayout.Same)
        .Select(place => Find(place.Names.Theirs)).OfType<string>().Distinct()
        .Select(name => _fileOf[name].Entry(name)).Where(entry => entry.Type == type).Max(entry => entry.Count);

    private bool IsUnused(string name) =>
        name is "lm_head.weight" or "lm_head.decoder.weight"       // a copy of the token embedding it is tied to
        || _architecture.Unused.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));

    private static void Close(Dictionary<string, SafetensorsFile> fileOf)
    {
        foreach (var file in fileOf.Values.Distinct())
            file.Dispose();
    }
}

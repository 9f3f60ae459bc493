using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// An expert library on disk: library.json, vectors.safetensors and factors.safetensors (Float32), written whole or not at all.
/// </summary>
/// <remarks>
/// <list type="bullet">
/// <item>library.json: <c>format</c> (1), <c>baseFingerprint</c>, <c>experts</c>: a list of <c>name</c>, <c>variant</c>,
/// <c>maxMultiplier</c>, <c>factors</c> (the number of the decomposition it was trained on).</item>
/// <item>vectors.safetensors: <c>e.matrix</c>, (r): the trained vector of expert number e, such as 0.layers.0.mlp.up.</item>
/// <item>factors.safetensors: <c>f.matrix.u</c> (out, r), <c>f.matrix.sigma</c> (r), <c>f.matrix.vt</c> (r, in) of decomposition number f.
/// Experts trained on the same decomposition, which is the rule, share it: one expert more costs its vectors alone.</item>
/// </list>
/// </remarks>
internal static class SvfLibraryFolder
{
    private const string DescriptionName = "library.json";
    private const string VectorsName = "vectors.safetensors";
    private const string FactorsName = "factors.safetensors";
    private const int CurrentFormat = 1;

    private sealed record Description(int Format, string BaseFingerprint, IReadOnlyList<ExpertEntry> Experts);

    private sealed record ExpertEntry(string Name, SvfVariant Variant, double MaxMultiplier, int Factors);

    public static void Save(SvfExpertLibrary library, string folder, IFileSystem files) =>
        AtomicFolder.Write(files, folder, temporary => Write(library, temporary, files));

    public static SvfExpertLibrary Load(string folder, LanguageModel baseModel) => Read(AtomicFolder.Open(folder), baseModel);

    public static SvfExpertLibrary Transfer(string folder, LanguageModel otherBase)
    {
        var path = AtomicFolder.Open(folder);
        var (description, experts) = ReadExperts(path);
        if (description.BaseFingerprint == otherBase.Fingerprint) return Together(path, otherBase, experts);
        try
        {
            return Together(path, otherBase, [.. experts.Select(e => (e.Name, e.Expert.TransferTo(otherBase)))]);
        }
        finally
        {
            foreach (var (_, expert) in experts) expert.Dispose();
        }
    }

    /// <summary>Writes the files into a folder that someone else completes.</summary>
    internal static void Write(SvfExpertLibrary library, string folder, IFileSystem files)
    {
        var sets = new List<Dictionary<string, SvfFactors>>();
        var entries = library.Names.Select(name => (Name: name, Expert: library[name])).Select(e =>
            new ExpertEntry(e.Name, e.Expert.Variant, e.Expert.MaxMultiplier, SetOf(sets, e.Expert))).ToList();
        var description = new Description(CurrentFormat, library.Base.Fingerprint, entries);
        var vectors = library.Names.SelectMany((name, e) => library[name].Matrices.Select(m => ($"{e}.{m}", library[name].Trained(m))));
        AtomicFile.WriteAllBytes(files, Path.Combine(folder, DescriptionName), StrictJson.ToBytes(description));
        Safetensors.Write(files, Path.Combine(folder, VectorsName), vectors);
        Safetensors.Write(
            files, Path.Combine(folder, FactorsName), sets.SelectMany((set, f) => set.SelectMany(m => m.Value.Named($"{f}.{m.Key}"))));
    }

    /// <summary>Reads the files of a folder whose completeness someone else has checked.</summary>
    internal static SvfExpertLibrary Read(string folder, LanguageModel baseModel)
    {
        var path = Path.Combine(folder, DescriptionName);
        var fingerprint = StrictJson.ReadFile<Description>(path).BaseFingerprint;
        if (fingerprint != baseModel.Fingerprint)
            throw new InvalidOperationException(
                $"The experts in '{folder}' were trained on the base model {fingerprint}, the given model is {baseModel.Fingerprint}. "
                + $"Load them with the model they were trained on, or carry them over with {nameof(SvfExpertLibrary.Transfer)}.");
        return Together(folder, baseModel, ReadExperts(folder).Experts);
    }

    // The first decomposition that this expert's equals, or a new one.
    private static int SetOf(List<Dictionary<string, SvfFactors>> sets, SvfExpert expert)
    {
        var at = sets.FindIndex(set => expert.Matrices.All(
            matrix => !set.TryGetValue(matrix, out var known) || known.IsSame(expert.Factors(matrix))));
        if (at < 0)
        {
            at = sets.Count;
            sets.Add([]);
        }
        foreach (var matrix in expert.Matrices) sets[at].TryAdd(matrix, expert.Factors(matrix));
        return at;
    }

    private static (Description Description, IReadOnlyList<(string Name, SvfExpert Expert)> Experts) ReadExperts(string folder)
    {
        var path = Path.Combine(folder, DescriptionName);
        var description = StrictJson.ReadFile<Description>(path);
        if (description.Format != CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {description.Format}; this version reads {CurrentFormat}. Use the version that wrote it.");
        if (description.Experts.Any(entry => entry is null)) throw new InvalidDataException($"'{path}': experts holds null.");
        using var vectors = SafetensorsFile.Open(Path.Combine(folder, VectorsName));
        using var factors = SafetensorsFile.Open(Path.Combine(folder, FactorsName));
        var read = new LibraryTensors(vectors, factors, path);
        var experts = new List<(string, SvfExpert)>();
        try
        {
            foreach (var entry in description.Experts)
                experts.Add((entry.Name, ReadExpert(description, experts.Count, entry, read, path)));
            return (description, experts);
        }
        catch
        {
            foreach (var (_, expert) in experts) expert.Dispose();
            throw;
        }
        finally
        {
            read.Dispose();
        }
    }

    private static SvfExpert ReadExpert(Description description, int number, ExpertEntry entry, LibraryTensors tensors, string path)
    {
        if (!(entry.MaxMultiplier > 0) || !double.IsFinite(entry.MaxMultiplier))
            throw new InvalidDataException($"'{path}': maxMultiplier of '{entry.Name}' is {entry.MaxMultiplier}; expected above 0.");
        var matrices = tensors.MatricesOf(number);
        if (matrices.Count == 0) throw new InvalidDataException($"'{path}': {VectorsName} holds no vector of expert '{entry.Name}'.");
        return new SvfExpert(description.BaseFingerprint, entry.Variant, entry.MaxMultiplier, matrices.Select(matrix =>
        {
            var (vector, read) = (tensors.Vector(number, matrix), tensors.Factors(entry.Factors, matrix));
            return vector.shape[0] == read.Rank
                ? (matrix, vector, read.Share())
                : throw new InvalidDataException(
                    $"'{path}': expert '{entry.Name}' has {vector.shape[0]} numbers for the {read.Rank} singular values of '{matrix}'.");
        }));
    }

    // What does not fit together here is the files' fault, not the caller's.
    private static SvfExpertLibrary Together(string folder, LanguageModel model, IReadOnlyList<(string Name, SvfExpert Expert)> experts)
    {
        try
        {
            return new SvfExpertLibrary(model, experts);
        }
        catch (ArgumentException error)
        {
            throw new InvalidDataException($"'{Path.Combine(folder, DescriptionName)}': {error.Message}", error);
        }
    }
}

using System.Text.RegularExpressions;
using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// Named SVF experts over one base model, to be used alone or mixed (Transformer², sections 3.2 and 4.2). The base model is never changed;
/// <see cref="Other"/> names its own weights.
/// </summary>
/// <remarks>
/// Experts may adapt different matrices, as those of half of the layers do: where an expert has none, it stands for the base matrix, with
/// the mean mass of the others (see <see cref="SvfMixMath"/>). Not safe for use by several threads while one adds an expert.
/// </remarks>
public sealed partial class SvfExpertLibrary : IDisposable
{
    /// <summary>The reserved name of the base weights.</summary>
    public const string Other = "other";

    private const int MaxNameLength = 64;

    private readonly Dictionary<string, Entry> _experts = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private sealed record Entry(SvfExpert Expert, IReadOnlyDictionary<string, double> Mass);

    /// <summary>Makes a library.</summary>
    /// <param name="baseModel">The base model; not owned.</param>
    /// <param name="experts">Names and experts; owned from now on.</param>
    /// <inheritdoc cref="Add"/>
    public SvfExpertLibrary(LanguageModel baseModel, params IEnumerable<(string Name, SvfExpert Expert)> experts)
    {
        ArgumentNullException.ThrowIfNull(baseModel);
        Base = baseModel;
        foreach (var (name, expert) in experts) Add(name, expert);
    }

    /// <summary>The base model.</summary>
    public LanguageModel Base { get; }

    /// <summary>The experts' names in the order in which they were added.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The matrices that at least one expert adapts, in the model's order.</summary>
    public IReadOnlyList<string> Matrices
    {
        get
        {
            var adapted = _experts.Values.SelectMany(entry => entry.Mass.Keys).ToHashSet();
            return [.. Base.Module.Projections.Select(p => p.Name).Where(adapted.Contains)];
        }
    }

    /// <summary>The expert of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message says what there is.</exception>
    public SvfExpert this[string name] => Find(name).Expert;

    /// <summary>Whether there is an expert of that name.</summary>
    public bool Contains(string name) => _experts.ContainsKey(name);

    /// <summary>Adds an expert. Mixes that do not name it keep their weights bit by bit.</summary>
    /// <param name="name">1 to 64 letters, digits, '-', '_' or '.', not yet taken and not <see cref="Other"/>.</param>
    /// <param name="expert">The expert; owned from now on.</param>
    /// <exception cref="ArgumentException">
    /// The name cannot be used, the expert's variant differs from the others', or a matrix' multipliers are all 0.
    /// </exception>
    /// <exception cref="InvalidOperationException">The expert was trained on another base model; both fingerprints are named.</exception>
    public void Add(string name, SvfExpert expert)
    {
        ArgumentNullException.ThrowIfNull(expert);
        RequireName(name);
        expert.RequireBase(Base);
        if (expert.Misfits(Base.Module) is [var misfit, ..])
            throw new ArgumentException($"Expert '{name}' does not fit its base model: {misfit}.");
        if (_names.Count > 0 && this[_names[0]].Variant != expert.Variant)
            throw new ArgumentException($"Expert '{name}' is {expert.Variant}, the library's are {this[_names[0]].Variant}; "
                + "their multipliers cannot be mixed. Keep them in two libraries.");
        var mass = expert.Matrices.ToDictionary(
            matrix => matrix, matrix => SvfMixMath.Mass(expert.Trained(matrix), expert.Factors(matrix).Sigma, expert.Variant));
        if (mass.FirstOrDefault(m => !(m.Value > 0)) is { Key: { } empty } found)
            throw new ArgumentException($"Expert '{name}' leaves the share {found.Value} of '{empty}'; expected multipliers above 0.");
        _experts[name] = new Entry(expert, mass);
        _names.Add(name);
    }

    /// <summary>A model of its own with a mix of experts in place; all weights that are not adapted are shared with the base.</summary>
    /// <param name="mix">The mix; for one that changes often see <see cref="SvfMixer"/>.</param>
    /// <returns>A model to be disposed of by the caller.</returns>
    /// <exception cref="ArgumentException">The mix names an expert or a matrix that is not here.</exception>
    public LanguageModel Compose(SvfMix mix)
    {
        Require(mix);
        using var noGrad = no_grad();
        var replaced = new Dictionary<string, Tensor>();
        foreach (var matrix in Matrices)
        {
            var parts = Parts(mix, matrix);
            if (parts is [{ Expert: null }]) continue;
            using var scope = NewDisposeScope();
            var projection = AdapterTargets.Find(Base.Module, matrix);
            var weight = empty_like(projection.Weight);
            SvfMixMath.Blend(weight, [.. parts.Select(p => (p.Expert?.Adapted(projection) ?? projection.Weight.detach(), p.Share))]);
            replaced[matrix] = weight.MoveToOuterDisposeScope();
        }
        return Base.WithModule(Base.Module.ShareWeights(replaced));
    }

    /// <summary>A model with one expert in place, or with the base model's own weights.</summary>
    /// <param name="name">An expert's name, or <see cref="Other"/>.</param>
    /// <returns>A model to be disposed of by the caller.</returns>
    /// <exception cref="ArgumentException">There is no such expert.</exception>
    public LanguageModel Apply(string name) =>
        name == Other ? Base.WithModule(Base.Module.ShareWeights()) : this[name].ApplyTo(Base);

    /// <summary>Saves the experts as a folder, whole or not at all: see <see cref="SvfLibraryFolder"/>. The base is not in it.</summary>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    public void Save(string folder, IFileSystem? fileSystem = null) =>
        SvfLibraryFolder.Save(this, folder, fileSystem ?? FileSystems.Default);

    /// <summary>Loads a library onto the base model it was made on.</summary>
    /// <param name="folder">A folder that <see cref="Save"/> wrote.</param>
    /// <param name="baseModel">The base model; not owned.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">What is there is broken.</exception>
    /// <exception cref="InvalidOperationException">The base is another model; both fingerprints are named.</exception>
    public static SvfExpertLibrary Load(string folder, LanguageModel baseModel) => SvfLibraryFolder.Load(folder, baseModel);

    /// <summary>
    /// Loads a library onto another model of the same shapes (see <see cref="SvfExpert.TransferTo"/>); on its own base it is just loaded.
    /// </summary>
    /// <param name="folder">A folder that <see cref="Save"/> wrote.</param>
    /// <param name="otherBase">The other model; not owned.</param>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static SvfExpertLibrary Transfer(string folder, LanguageModel otherBase) => SvfLibraryFolder.Transfer(folder, otherBase);

    /// <summary>Frees the experts.</summary>
    public void Dispose()
    {
        foreach (var entry in _experts.Values) entry.Expert.Dispose();
    }

    /// <summary>What a matrix is mixed of: experts, or null for the base matrix, with shares that sum to 1; parts of share 0 are left out.
    /// </summary>
    internal IReadOnlyList<(SvfExpert? Expert, double Share)> Parts(SvfMix mix, string matrix)
    {
        if (mix.Row(matrix) is not { } alpha) return [(null, 1)];
        var entries = mix.Experts.Select(name => name == Other ? null : Find(name)).ToList();
        var (shares, rest) = SvfMixMath.Shares(
            alpha, [.. entries.Select(entry => entry is not null && entry.Mass.TryGetValue(matrix, out var mass) ? mass : (double?)null)]);
        return
        [
            .. shares.Select((share, k) => (entries[k]?.Expert, share)).Append((null, rest)).Where(part => part.Item2 > 0),
        ];
    }

    /// <exception cref="ArgumentException">The mix has faults, or names an expert or a matrix that is not here.</exception>
    internal void Require(SvfMix mix)
    {
        mix.Validated();
        foreach (var name in mix.Experts)
            if (name != Other) _ = Find(name);
        foreach (var matrix in mix.Matrices) _ = AdapterTargets.Find(Base.Module, matrix);
        if (mix.Matrices.Except(Matrices).FirstOrDefault() is { } plain)
            throw new ArgumentException($"The mix has coefficients for '{plain}', which no expert of the library adapts.");
    }

    private Entry Find(string name)
    {
        if (_experts.TryGetValue(name, out var found)) return found;
        var hint = Nearest.To(name, _names) is { } nearest ? $"Did you mean '{nearest}'?"
            : _names.Count > 0 ? $"Known: {string.Join(", ", _names)}." : "The library is empty.";
        throw new ArgumentException($"There is no expert '{name}'. {hint}");
    }

    private void RequireName(string name)
    {
        if (name == Other) throw new ArgumentException($"'{Other}' names the base weights; choose another name for the expert.");
        if (name.Length > MaxNameLength || !PlainName().IsMatch(name))
            throw new ArgumentException($"'{name}' is no name for an expert; use 1 to {MaxNameLength} letters, digits, '-', '_' or '.'.");
        if (_experts.ContainsKey(name)) throw new ArgumentException($"The library has an expert '{name}' already.");
    }

    [GeneratedRegex(@"\A[\p{L}\p{N}_.-]+\z")]
    private static partial Regex PlainName();
}

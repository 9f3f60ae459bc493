using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>
/// One model whose adapted matrices are rewritten in place: the quick way from expert to expert, for two-pass inference and for searches
/// over mixes. All other weights are the base model's. Not for use by several threads.
/// </summary>
public sealed class SvfMixer : IDisposable
{
    private readonly SvfComposition _composition;
    private readonly Dictionary<string, (Projection Original, Tensor Target)> _matrices;
    private readonly Dictionary<(SvfExpert Expert, string Matrix), Tensor> _whole = [];
    private readonly Dictionary<(SvfExpert Expert, string Matrix), SvfFactors> _decompositions = [];
    private readonly Dictionary<string, SvfMix> _alone = new(StringComparer.Ordinal);
    private readonly SvfMix _base;
    private SvfMix? _current;

    /// <summary>Makes a mixer that stands at the base weights.</summary>
    /// <param name="library">The experts; not owned. Experts added later must adapt matrices that one adapts now.</param>
    /// <param name="composition">How mixes become weights.</param>
    public SvfMixer(SvfExpertLibrary library, SvfComposition composition = SvfComposition.Precomputed)
    {
        ArgumentNullException.ThrowIfNull(library);
        if (!Enum.IsDefined(composition))
            throw new ArgumentException($"composition is {composition}; expected {string.Join(", ", Enum.GetNames<SvfComposition>())}.");
        (Library, _composition) = (library, composition);
        using var noGrad = no_grad();
        var module = library.Base.Module;
        var originals = library.Matrices.Select(name => AdapterTargets.Find(module, name)).ToList();
        Model = library.Base.WithModule(module.ShareWeights(originals.ToDictionary(p => p.Name, p => p.Weight.detach().clone())));
        _matrices = originals.ToDictionary(p => p.Name, p => (p, (Tensor)AdapterTargets.Find(Model.Module, p.Name).Weight));
        _base = _current = SvfMix.OneHot(SvfExpertLibrary.Other);
    }

    /// <summary>The experts.</summary>
    public SvfExpertLibrary Library { get; }

    /// <summary>
    /// The model. Its weights change with every switch, so its fingerprint names none of them; for a model that stays as it is take
    /// <see cref="SvfExpertLibrary.Compose"/>. Owned by the mixer.
    /// </summary>
    public LanguageModel Model { get; }

    /// <summary>How often weights were written; asking again for what is in place writes nothing.</summary>
    public long Switches { get; private set; }

    /// <summary>Puts a mix in place.</summary>
    /// <exception cref="ArgumentException">The mix names an expert or a matrix that is not in the library.</exception>
    public void Use(SvfMix mix)
    {
        ArgumentNullException.ThrowIfNull(mix);
        if (ReferenceEquals(mix, _current)) return;
        Library.Require(mix);
        RequireBuffers();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        _current = null;
        foreach (var (name, (original, target)) in _matrices) Write(Library.Parts(mix, name), original, target);
        _current = mix;
        Switches++;
    }

    /// <summary>Puts one expert in place, bit by bit as <see cref="ModelAdapter.ApplyTo"/> does, or the base weights.</summary>
    /// <param name="name">An expert's name, or <see cref="SvfExpertLibrary.Other"/>.</param>
    /// <exception cref="ArgumentException">There is no such expert.</exception>
    public void Use(string name)
    {
        if (name == SvfExpertLibrary.Other)
            Use(_base);
        else
            Use(_alone.TryGetValue(name, out var known) ? known : _alone[name] = SvfMix.OneHot(name));
    }

    /// <summary>Puts the base model's own weights in place, copied bit by bit.</summary>
    public void UseBase() => Use(_base);

    /// <summary>Frees the model's own matrices and the experts' whole ones.</summary>
    public void Dispose()
    {
        Model.Dispose();
        foreach (var weight in _whole.Values) weight.Dispose();
        _whole.Clear();
    }

    private void Write(IReadOnlyList<(SvfExpert? Expert, double Share)> parts, Projection original, Tensor target)
    {
        var mixed = _composition == SvfComposition.Factors && parts.Any(part => part.Expert is not null);
        if (mixed)
            target.copy_(Multiplied(parts, original.Name));
        else
            SvfMixMath.Blend(target, [.. parts.Select(part => (Whole(part.Expert, original), part.Share))]);
    }

    private Tensor Whole(SvfExpert? expert, Projection original)
    {
        if (expert is null) return original.Weight;
        if (_whole.TryGetValue((expert, original.Name), out var weight)) return weight;
        return _whole[(expert, original.Name)] = expert.Adapted(original).DetachFromDisposeScope();
    }

    // U diag(σ ⊙ Σ β z) Vᵀ, summed over the experts' decompositions, as a rule one; the base matrix has z = 1 in any of them.
    private Tensor Multiplied(IReadOnlyList<(SvfExpert? Expert, double Share)> parts, string matrix)
    {
        var groups = parts.Where(part => part.Expert is not null)
            .GroupBy(part => Decomposition(part.Expert!, matrix), ReferenceEqualityComparer.Instance).ToList();
        var rest = parts.Where(part => part.Expert is null).Sum(part => part.Share);
        return groups.Select((group, number) => Product(group, number == 0 ? rest : 0)).Aggregate((sum, product) => sum.add_(product));

        Tensor Product(IGrouping<object?, (SvfExpert? Expert, double Share)> group, double ones)
        {
            var (u, sigma, vt) = (SvfFactors)group.Key!;
            var z = full_like(sigma, ones);
            foreach (var (expert, share) in group) z.add_(Effective(expert!, matrix), alpha: share);
            return SvfMath.Materialise(u, sigma * z, vt);
        }
    }

    // The first equal decomposition of the matrix: only multipliers of one basis can be added.
    private SvfFactors Decomposition(SvfExpert expert, string matrix)
    {
        if (_decompositions.TryGetValue((expert, matrix), out var known)) return known;
        var own = expert.Factors(matrix);
        var first = _decompositions.Where(item => item.Key.Matrix == matrix).Select(item => item.Value).FirstOrDefault(own.IsSame);
        return _decompositions[(expert, matrix)] = first ?? own;
    }

    private static Tensor Effective(SvfExpert expert, string matrix) =>
        SvfMath.Multipliers(expert.Trained(matrix), expert.Factors(matrix).Sigma, expert.Variant, expert.MaxMultiplier);

    private void RequireBuffers()
    {
        if (Library.Matrices.FirstOrDefault(name => !_matrices.ContainsKey(name)) is { } later)
            throw new InvalidOperationException(
                $"An expert that adapts '{later}' was added after this mixer was made. Make a new mixer.");
    }
}

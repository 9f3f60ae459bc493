using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Svf;

/// <summary>Makes the trainable adapters of an SVF expert, and the expert of what they learned, whatever they were trained on.</summary>
/// <param name="model">The base model.</param>
/// <param name="options">What they are put on and where they compute.</param>
/// <param name="settings">The same options' SVF settings.</param>
/// <param name="cancellation">Stops the decomposition between two matrices.</param>
internal sealed class SvfAdapters(
    LanguageModel model, AdapterOptions options, ISvfSettings settings, CancellationToken cancellation = default)
{
    private IReadOnlyDictionary<string, SvfFactors> _factors = new Dictionary<string, SvfFactors>();

    /// <summary>The adapters of the given matrices, at their start.</summary>
    public IEnumerable<SvfProjection> Create(IReadOnlyList<Projection> targets, RandomStreams streams)
    {
        var matrices = AdapterTargets.Select(model.Module, options.Modules, options.Layers);
        _factors = SvfDecomposition.Of(model, matrices, settings.DecompositionCache, cancellation);
        var on = DeviceNames.Of(options.Device);
        return targets.Select(target =>
        {
            var factors = _factors[target.Name];
            var here = factors.To(on);
            return new SvfProjection(here, Start(factors.Rank, streams).to(on), settings, owns: !ReferenceEquals(here, factors));
        });
    }

    /// <summary>What the adapters learned, copied out of them.</summary>
    public SvfExpert Keep(IReadOnlyList<(string Name, SvfProjection Adapter)> adapted) => new(
        model.Fingerprint, settings.Variant, settings.MaxMultiplier,
        adapted.Select(a => (a.Name, Keep(a.Adapter.Vector), _factors[a.Name].Share())));

    /// <summary>The smallest and the largest multiplier of all adapters.</summary>
    public static (double Min, double Max) Range(IEnumerable<SvfProjection> adapters)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var all = cat([.. adapters.Select(adapter => adapter.Multipliers())]).cpu();
        return (all.min().item<float>(), all.max().item<float>());
    }

    private static Tensor Keep(Tensor vector) => vector.detach().cpu().clone().DetachFromDisposeScope();

    // p = InitialLogit + noise for the bounded variant, z = 1 for the free one.
    private Tensor Start(long rank, RandomStreams streams)
    {
        if (settings.Variant == SvfVariant.Free) return ones(rank);
        var stream = streams[RandomStreams.Initialisation];
        var start = new float[rank];
        for (var i = 0; i < rank; i++) start[i] = (float)(settings.InitialLogit + settings.InitialNoise * stream.NextNormal());
        return tensor(start);
    }
}

using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Adapters;

/// <summary>
/// What an adapter method learned: a few tensors a matrix, bound to one base model by its fingerprint. The base model itself is never
/// changed;
/// <see cref="ApplyTo"/> makes a second model that shares every weight but the adapted ones.
/// </summary>
public abstract class ModelAdapter : IDisposable
{
    private protected ModelAdapter(string baseFingerprint) => BaseFingerprint = baseFingerprint;

    /// <summary>SHA-256 of the base model's configuration and weights, hexadecimal.</summary>
    public string BaseFingerprint { get; }

    /// <summary>The method's name in files: svf or lora.</summary>
    public abstract string Kind { get; }

    /// <summary>Number of learned scalars.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Names of the adapted matrices, in the model's order.</summary>
    public abstract IReadOnlyList<string> Matrices { get; }

    /// <summary>
    /// The base model with the adapted matrices in place, of the type the base's have; all other weights are shared with it, and it stays
    /// as it is.
    /// </summary>
    /// <exception cref="InvalidOperationException">The adapter was trained on another base model; both fingerprints are named.</exception>
    /// <exception cref="InvalidDataException">A tensor of the adapter does not fit the matrix it names.</exception>
    public LanguageModel ApplyTo(LanguageModel baseModel)
    {
        RequireBase(baseModel);
        using var noGrad = no_grad();
        var adapted = new Dictionary<string, Tensor>();
        foreach (var name in Matrices)
            adapted[name] = Adapted(AdapterTargets.Find(baseModel.Module, name));
        return baseModel.WithModule(baseModel.Module.ShareWeights(adapted));
    }

    /// <summary>Throws when the given model is not the one the adapter was trained on.</summary>
    internal void RequireBase(LanguageModel baseModel)
    {
        if (baseModel.Fingerprint == BaseFingerprint) return;
        throw new InvalidOperationException(
            $"This {Kind} adapter was trained on the base model {BaseFingerprint}, the given model is {baseModel.Fingerprint}. "
            + "Load it with the model it was trained on.");
    }

    /// <summary>Frees the adapter's tensors.</summary>
    public abstract void Dispose();

    /// <summary>
    /// W' (out, in) of a projection of the base model, on its device and of its type: computed in Float32, then rounded once. PEFT keeps
    /// the base's type too, but rounds the update before it is added.
    /// </summary>
    internal Tensor Adapted(Projection projection)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return AdaptedWeight(projection).to(projection.Weight.dtype, projection.Weight.device).MoveToOuterDisposeScope();
    }

    /// <summary>The matrix (out, in) that takes the place of the projection's own, wherever the adapter's tensors are.</summary>
    private protected abstract Tensor AdaptedWeight(Projection projection);

    /// <summary>The adapter's settings for its file, beside kind and fingerprint.</summary>
    internal abstract IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The adapter's tensors for its file, by name; owned by the adapter.</summary>
    internal abstract IEnumerable<(string Name, Tensor Tensor)> Tensors { get; }
}

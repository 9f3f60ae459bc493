using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Keeps the activations of the names it was made for, those of the latest pass only. Owns the tensors.</summary>
public sealed class Activations : IActivationSink, IDisposable
{
    private readonly Dictionary<string, Tensor?> _kept;

    /// <summary>Asks for activations by name.</summary>
    /// <param name="names">Names such as embeddings, layers.3, final; see <see cref="TransformerModel.ActivationNames"/>.</param>
    public Activations(params IEnumerable<string> names) => _kept = names.Distinct().ToDictionary(name => name, _ => (Tensor?)null);

    /// <summary>The names asked for.</summary>
    public IReadOnlyCollection<string> Names => _kept.Keys;

    /// <summary>The activation of this name in the latest pass.</summary>
    /// <param name="name">A name asked for.</param>
    /// <exception cref="KeyNotFoundException">The name was not asked for.</exception>
    /// <exception cref="InvalidOperationException">No pass has computed it yet.</exception>
    public Tensor this[string name] => _kept.TryGetValue(name, out var value)
        ? value ?? throw new InvalidOperationException(
            $"Activation '{name}' has not been computed yet. Run the model with this object first.")
        : throw new KeyNotFoundException($"Activation '{name}' was not asked for. Asked for: {string.Join(", ", _kept.Keys)}.");

    /// <inheritdoc/>
    public bool Wants(string name) => _kept.ContainsKey(name);

    /// <inheritdoc/>
    public void Receive(string name, Tensor value)
    {
        _kept[name]?.Dispose();
        _kept[name] = value.alias().DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var name in _kept.Keys)
        {
            _kept[name]?.Dispose();
            _kept[name] = null;
        }
    }
}

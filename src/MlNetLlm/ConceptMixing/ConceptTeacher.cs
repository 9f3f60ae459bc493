using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.ConceptMixing;

/// <summary>Where concepts come from: a frozen language model and an autoencoder trained on its hidden states at one layer.</summary>
public sealed class ConceptTeacher
{
    /// <summary>Joins them.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="layer">
    /// The hidden states are those after this many blocks, 0 to the model's number of layers, as in HiddenStates. The released code counts
    /// blocks from 0: its layer 5 is 6 here.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The model is not causal, the layer is not there or has interleaved elements, or the widths differ.
    /// </exception>
    public ConceptTeacher(LanguageModel model, SparseAutoencoder autoencoder, int layer)
    {
        (Model, Autoencoder, Layer) = (CausalModel.Require(model, "A concept teacher"), autoencoder, layer);
        if (layer < 0 || layer > model.Config.Layers)
            throw new ArgumentException(
                $"layer is {layer}, the model has {model.Config.Layers} layers: expected 0 to {model.Config.Layers}.", nameof(layer));
        if (model.Config.Insertion is { Doubles: true } insertion && layer > insertion.Layer)
            throw new ArgumentException(
                $"layer is {layer}, but this model interleaves elements before block {insertion.Layer}, and has two hidden states a token "
                + $"from there on: expected 0 to {insertion.Layer}.", nameof(layer));
        if (autoencoder.Width != model.Config.Width)
            throw new ArgumentException(
                $"The autoencoder reads hidden states of {autoencoder.Width} numbers, the model's have {model.Config.Width}. "
                + "Give the autoencoder that was trained on this model.", nameof(autoencoder));
    }

    /// <summary>The model.</summary>
    public LanguageModel Model { get; }

    /// <summary>The autoencoder.</summary>
    public SparseAutoencoder Autoencoder { get; }

    /// <summary>The number of blocks before its hidden states.</summary>
    public int Layer { get; }

    /// <summary>Identifies model, autoencoder and layer.</summary>
    public string Fingerprint => FormattableString.Invariant($"{Model.Fingerprint}/{Autoencoder.Fingerprint}/{Layer}");

    /// <summary>The hidden states' name among the model's activations.</summary>
    internal string Activation => Layer == 0 ? "embeddings" : $"layers.{Layer - 1}";
}

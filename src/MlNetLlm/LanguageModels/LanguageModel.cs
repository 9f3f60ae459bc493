using Microsoft.ML.Tokenizers;
using MlNetLlm.Checkpoints;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using TorchSharp;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// A model with its tokenizer: configuration, weights, special tokens, fingerprint. Its weights are frozen; methods that train work on
/// <see cref="TransformerModel.ShareWeights"/> (with adapters) or <see cref="TransformerModel.CopyWeights"/>.
/// </summary>
public sealed class LanguageModel : IDisposable
{
    private readonly Lazy<string> _fingerprint;
    private readonly TransformerModel _module;
    private bool _isDisposed;

    /// <summary>Joins a model and a tokenizer, freezes the weights and ends training mode.</summary>
    /// <param name="module">The model; owned from now on.</param>
    /// <param name="tokenizer">The tokenizer it was trained with.</param>
    /// <param name="special">Ids of special tokens; null = as the tokenizer says.</param>
    /// <exception cref="ArgumentException">The tokenizer has ids outside the model's vocabulary.</exception>
    public LanguageModel(TransformerModel module, Tokenizer tokenizer, SpecialTokens? special = null)
    {
        _module = module;
        Tokenizer = tokenizer;
        Special = special ?? (tokenizer as TextTokenizer)?.Special ?? SpecialTokens.None;
        RequireVocabulary();
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
        module.eval();
        _fingerprint = new Lazy<string>(() => ModelFingerprint.Of(Module));
    }

    /// <summary>Shape and kind of the model.</summary>
    public TransformerConfig Config => _module.Config;

    /// <summary>The weights.</summary>
    /// <exception cref="ObjectDisposedException">The model was disposed of.</exception>
    public TransformerModel Module => !_isDisposed ? _module : throw new ObjectDisposedException(
        nameof(LanguageModel), "This language model was disposed of. Rows are computed as they are read: keep the model until the last one "
        + "was.");

    /// <summary>Text to token ids and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Ids of tokens with a role of their own.</summary>
    public SpecialTokens Special { get; }

    /// <summary>How texts are continued unless a caller says otherwise; what the model's makers recommend, where they did.</summary>
    /// <value>Greedy, 100 tokens.</value>
    public GenerateOptions Generation { get; init; } = new();

    /// <summary>The tokens that end a text: the end token, and those that the model's makers name beside it.</summary>
    internal IReadOnlyList<int> EndTokens => Special.Eos is { } eos ? [eos, .. Generation.StopTokens] : Generation.StopTokens;

    /// <summary>SHA-256 over configuration and weights, in hexadecimal: two models with the same fingerprint compute the same.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>
    /// Loads a model: a folder of our own, a Hugging Face folder, or a llama2.c model (its .bin file, or the folder with it and its
    /// tokenizer). What stands there decides.
    /// </summary>
    /// <param name="path">Folder or file.</param>
    /// <exception cref="InvalidDataException">What is there is broken.</exception>
    public static LanguageModel Load(string path) => ModelFolder.Load(path);

    /// <summary>Saves the model as a folder of our own, whole or not at all: model.json, model.safetensors, tokenizer files.</summary>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    public void Save(string folder, IFileSystem? fileSystem = null) => ModelFolder.Save(this, folder, fileSystem ?? FileSystems.Default);

    /// <summary>Moves the weights to a device: whatever asks the model computes there from now on.</summary>
    /// <param name="device">"cpu", "cuda" or "cuda:0".</param>
    /// <returns>This model.</returns>
    /// <exception cref="ArgumentException">That is no device's name.</exception>
    /// <exception cref="InvalidOperationException">This machine has no such device.</exception>
    public LanguageModel To(string device)
    {
        Module.to(DeviceNames.Of(device));
        return this;
    }

    /// <summary>The same tokenizer with other weights, such as fine-tuned ones.</summary>
    /// <param name="module">The model; owned by the result.</param>
    public LanguageModel WithModule(TransformerModel module) => new(module, Tokenizer, Special) { Generation = Generation };

    /// <summary>Frees the weights; doing so again changes nothing.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _module.Dispose();
    }

    private void RequireVocabulary()
    {
        var size = (Tokenizer as TextTokenizer)?.VocabularySize;
        var largest = new[] { size - 1, Special.Bos, Special.Eos, Special.Pad, Special.Unknown, Special.Mask }.Max();
        if (largest >= Config.VocabularySize)
            throw new ArgumentException(
                $"The tokenizer has token id {largest}, the model's vocabulary ends at {Config.VocabularySize - 1}. "
                + "They do not belong together.");
    }
}

using System.Security.Cryptography;
using System.Text;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// A TopK sparse autoencoder (Gao et al. 2024): with u the normalised hidden state, c = TopK(W_e (u − b) + b_lat), negative values cut off,
/// and û = W_d c + b. The columns of W_d have length 1. A latent is what concept mixing calls a concept.
/// </summary>
public sealed class SparseAutoencoder : IDisposable
{
    private readonly Lazy<string> _fingerprint;

    internal SparseAutoencoder(Tensor encoder, Tensor latentBias, Tensor decoder, Tensor preBias, int activeLatents)
    {
        (Encoder, LatentBias, Decoder, PreBias) = (Own(encoder), Own(latentBias), Own(decoder), Own(preBias));
        ActiveLatents = activeLatents;
        _fingerprint = new Lazy<string>(ComputeFingerprint);
    }

    /// <summary>d: numbers of a hidden state.</summary>
    public int Width => (int)Decoder.size(1);

    /// <summary>C: how many latents there are.</summary>
    public int Latents => (int)Decoder.size(0);

    /// <summary>k: how many of them a hidden state may use.</summary>
    public int ActiveLatents { get; }

    /// <summary>SHA-256 over k and all weights, in hexadecimal.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>W_e, (C, d).</summary>
    internal Parameter Encoder { get; }

    /// <summary>b_lat, (C).</summary>
    internal Parameter LatentBias { get; }

    /// <summary>W_dᵀ, (C, d): a latent's column of W_d is a row here, so that a code touches k rows only.</summary>
    internal Parameter Decoder { get; }

    /// <summary>b, (d).</summary>
    internal Parameter PreBias { get; }

    /// <summary>All weights by name.</summary>
    internal IReadOnlyList<(string Name, Parameter Parameter)> Parameters =>
        [("encoder", Encoder), ("latent_bias", LatentBias), ("decoder", Decoder), ("pre_bias", PreBias)];

    /// <summary>Reads an autoencoder from its folder.</summary>
    /// <param name="folder">What <see cref="Save"/> wrote.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another version.</exception>
    public static SparseAutoencoder Load(string folder) => SparseAutoencoderFolder.Load(folder);

    /// <summary>
    /// Reads an autoencoder of the published TopK layout (openai/sparse_autoencoder, v5) from a local file. The file's pickle is read as
    /// data: nothing in it is run.
    /// </summary>
    /// <param name="path">A file of torch.save, or a .safetensors file with the same names.</param>
    /// <param name="activeLatents">k; null = as the file says. A safetensors file does not say it.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or holds something else.</exception>
    /// <exception cref="ArgumentException">The file does not say k and it is not given.</exception>
    public static SparseAutoencoder LoadPublished(string path, int? activeLatents = null) => PublishedAutoencoder.Read(path, activeLatents);

    /// <summary>Writes the autoencoder whole or not at all: a manifest as JSON, weights as safetensors.</summary>
    /// <param name="folder">The folder to make or replace.</param>
    public void Save(string folder) => SparseAutoencoderFolder.Save(this, folder);

    /// <summary>Encodes one hidden state.</summary>
    /// <param name="hiddenState">(d), as the model gives it: it is normalised here.</param>
    /// <exception cref="ArgumentException">It has another number of components.</exception>
    public SparseCode Encode(ReadOnlySpan<float> hiddenState) => EncodeAll(hiddenState)[0];

    /// <summary>Encodes several hidden states.</summary>
    /// <param name="hiddenStates">(n, d), one after another.</param>
    /// <returns>n codes, in the same order.</returns>
    /// <exception cref="ArgumentException">Their numbers are no whole number of hidden states.</exception>
    public IReadOnlyList<SparseCode> EncodeAll(ReadOnlySpan<float> hiddenStates)
    {
        if (hiddenStates.Length == 0 || hiddenStates.Length % Width != 0)
            throw new ArgumentException(
                $"{hiddenStates.Length} numbers are no whole number of hidden states; this autoencoder reads {Width} for each.",
                nameof(hiddenStates));
        return SparseEncoder.Encode(this, hiddenStates);
    }

    /// <summary>The hidden state that a code stands for: s (W_d c + b) + μ.</summary>
    /// <param name="code">The code.</param>
    /// <returns>(d).</returns>
    public float[] Decode(SparseCode code)
    {
        var state = new float[Width];
        SparseEncoder.Decode(this, code, state);
        HiddenStateNormalization.Undo(state, code.Mean, code.Deviation);
        return state;
    }

    /// <summary>A latent's direction in the normalised space: its column of W_d.</summary>
    /// <param name="latent">Its number, from 0.</param>
    /// <returns>(d), of length 1.</returns>
    public float[] Direction(int latent)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(latent);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(latent, Latents);
        return SparseEncoder.Row(Decoder, latent).ToArray();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        foreach (var (_, parameter) in Parameters) parameter.Dispose();
    }

    /// <summary>A copy on a device.</summary>
    internal SparseAutoencoder To(Device device)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return new(On(Encoder), On(LatentBias), On(Decoder), On(PreBias), ActiveLatents);

        Tensor On(Tensor weight) => weight.detach().to(device).clone();
    }

    /// <summary>Ends training: no weight asks for gradients any more.</summary>
    internal SparseAutoencoder Frozen()
    {
        foreach (var (_, parameter) in Parameters) parameter.requires_grad = false;
        return this;
    }

    private static Parameter Own(Tensor weight)
    {
        var parameter = new Parameter(weight, false);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private string ComputeFingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"topk {ActiveLatents} of {Latents} over {Width}\n"));
        using var scope = NewDisposeScope();
        foreach (var (_, parameter) in Parameters) hash.AppendData(parameter.detach().cpu().contiguous().bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

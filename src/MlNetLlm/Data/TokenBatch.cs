using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Data;

/// <summary>Sequences to learn from in one pass.</summary>
/// <param name="Tokens">(batch, time) int64: what the model reads.</param>
/// <param name="Targets">(batch, time) int64: the token to predict at each place; <see cref="Ignored"/> where none counts.</param>
/// <param name="TokenCount">How many targets count.</param>
public sealed record TokenBatch(Tensor Tokens, Tensor Targets, long TokenCount) : IDisposable
{
    /// <summary>The target of a place that does not count, such as padding or a prompt.</summary>
    public const long Ignored = -100;

    /// <summary>(batch) int64: how many tokens of a row are valid, the rest being padding on the right; null = all.</summary>
    /// <value>null.</value>
    public Tensor? Lengths { get; init; }

    /// <summary>Features attached to what the model reads; null = none.</summary>
    public TokenFeatures? Features { get; init; }

    /// <summary>Which group each row belongs to, one a row; null = groups were not read.</summary>
    /// <value>null.</value>
    public IReadOnlyList<string>? Groups { get; init; }

    /// <summary>Number of each row's window, in the order of the data from 0; null = rows are no windows of packed text.</summary>
    /// <value>null.</value>
    public IReadOnlyList<int>? Windows { get; init; }

    /// <summary>Makes a batch on the CPU.</summary>
    /// <param name="tokens">Row after row, what the model reads.</param>
    /// <param name="targets">Row after row, what to predict.</param>
    /// <param name="rows">How many rows.</param>
    /// <returns>The batch, which owns its tensors.</returns>
    public static TokenBatch Of(long[] tokens, long[] targets, int rows)
    {
        ReadOnlySpan<long> shape = [rows, tokens.Length / rows];
        return new TokenBatch(tensor(tokens, shape), tensor(targets, shape), targets.LongCount(target => target != Ignored));
    }

    /// <summary>Gives the batch on a device.</summary>
    /// <param name="device">The device.</param>
    /// <returns>This batch when it is there already, else a copy there.</returns>
    public TokenBatch To(Device device)
        => new DeviceIdentity(Tokens.device) == new DeviceIdentity(device)
            ? this
            : this with { Tokens = Tokens.to(device), Targets = Targets.to(device), Lengths = Lengths?.to(device) };

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Tokens.Dispose();
        Targets.Dispose();
        Lengths?.Dispose();
    }
}

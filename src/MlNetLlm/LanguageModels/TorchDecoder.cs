using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>Decodes with the model's own passes: any architecture, adapter, type and device.</summary>
internal sealed class TorchDecoder(
    TransformerModel model, int rows, int capacity, ForwardOptions? pass = null) : IDecoder
{
    private readonly KvCache _cache = new(model, rows, capacity);
    private readonly ForwardOptions _pass = pass ?? ForwardOptions.None;
    private float[] _logits = [];

    /// <inheritdoc/>
    public int Length(int row) => _cache.Lengths[row];

    /// <inheritdoc/>
    public ReadOnlySpan<float> Begin(IReadOnlyList<IReadOnlyList<int>> prompts, TokenFeatures? features = null)
    {
        var time = prompts.Max(row => row.Count);
        var tokens = new long[prompts.Count * time];
        for (var r = 0; r < prompts.Count; r++)
            for (var t = 0; t < prompts[r].Count; t++)
                tokens[(r * time) + t] = prompts[r][t];
        return Run(tokens, time, [.. prompts.Select(row => (long)row.Count)], features);
    }

    /// <inheritdoc/>
    public ReadOnlySpan<float> Step(ReadOnlySpan<int> tokens)
    {
        var (ids, lengths) = (new long[tokens.Length], new long[tokens.Length]);
        for (var r = 0; r < ids.Length; r++)
            (ids[r], lengths[r]) = (tokens[r], 1);
        return Run(ids, 1, lengths);
    }

    /// <inheritdoc/>
    public void Keep(ReadOnlySpan<int> rows) => _cache.Keep(rows.ToArray());

    /// <inheritdoc/>
    public void Dispose() => _cache.Dispose();

    private ReadOnlySpan<float> Run(long[] ids, int time, long[] counts, TokenFeatures? features = null)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var device  = model.TokenEmbedding.device;
        var tokens  = tensor(ids, [counts.Length, time], device: device);                                        // (rows, time)
        var lengths = tensor(counts, device: device);                                                            // (rows)
        var options = _pass with { Cache = _cache, Lengths = lengths, Features = features };
        var hidden  = model.Hidden(tokens, options);                                                             // (rows, time, width)
        var last    = (lengths - 1).view(-1, 1, 1).expand(counts.Length, 1, hidden.size(2));
        var logits  = model.Head(hidden.gather(1, last)).to(ScalarType.Float32).cpu().contiguous();              // (rows, 1, vocabulary)
        var values  = MemoryMarshal.Cast<byte, float>(logits.bytes);
        if (_logits.Length < values.Length)
            _logits = new float[values.Length];
        values.CopyTo(_logits);
        return _logits.AsSpan(0, values.Length);
    }
}

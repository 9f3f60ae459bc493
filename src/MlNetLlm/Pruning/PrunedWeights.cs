using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Pruning;

/// <summary>Cuts the weights of a model down to the heads, hidden units and channels that stay.</summary>
internal static class PrunedWeights
{
    /// <summary>Along which dimension of a weight the residual stream lies; null = along none.</summary>
    public static int? StreamAxis(string name)
    {
        if (name == "head.bias") return null;
        if (name.Contains("norm.", StringComparison.Ordinal)) return 0;
        return Part(name) switch
        {
            "output" or "down" => 0,
            "query" or "key" or "value" or "gate" or "up" => name.EndsWith(".weight", StringComparison.Ordinal) ? 1 : null,
            _ => 1,                                                                             // embeddings and head
        };
    }

    /// <summary>The weights that pruning changes, by parameter name; the others may be shared.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="parts">What stays.</param>
    /// <param name="normScale">Factor on the gains of norms.</param>
    public static Dictionary<string, Tensor> Of(TransformerModel model, PrunedParts parts, double normScale)
    {
        using var quiet = no_grad();
        var changed = new Dictionary<string, Tensor>();
        foreach (var (name, parameter) in model.named_parameters())
        {
            using var scope = NewDisposeScope();
            var whole = parameter.detach();
            var weight = whole;
            if (StreamAxis(name) is { } axis) weight = Take(weight, axis, parts.Width);
            if (Inner(model.Config, name, parts) is { } inner) weight = Take(weight, inner.Axis, inner.Kept);
            if (normScale != 1 && name.Contains("norm.", StringComparison.Ordinal)) weight = weight * normScale;
            if (!ReferenceEquals(weight, whole)) changed[name] = weight.DetachFromDisposeScope();
        }
        return changed;
    }

    private static Tensor Take(Tensor weight, int axis, IReadOnlyList<int> kept) => kept.Count == weight.size(axis)
        ? weight
        : weight.index_select(axis, tensor(kept.Select(i => (long)i).ToArray(), device: weight.device));

    // Rows of query, key, value, gate and up (and their biases), columns of output and down.
    private static (int Axis, IReadOnlyList<int> Kept)? Inner(TransformerConfig config, string name, PrunedParts parts)
    {
        if (!name.StartsWith("layers.", StringComparison.Ordinal)) return null;
        var layer = int.Parse(name.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
        var (d, shared) = (config.HeadWidth, config.Heads / config.KeyValueHeads);
        var isWeight = name.EndsWith(".weight", StringComparison.Ordinal);
        return Part(name) switch
        {
            "query" => (0, Rows(parts.Heads[layer], shared * d)),
            "key" or "value" => (0, Rows(parts.Heads[layer], d)),
            "gate" or "up" => (0, parts.Channels[layer]),
            "output" when isWeight => (1, Rows(parts.Heads[layer], shared * d)),
            "down" when isWeight => (1, parts.Channels[layer]),
            _ => null,
        };
    }

    private static int[] Rows(IReadOnlyList<int> heads, int width) =>
        [.. heads.SelectMany(head => Enumerable.Range(head * width, width))];

    // layers.3.attention.query.weight → query
    private static string Part(string name) => name.Split('.') is [.., var part, _] ? part : name;
}

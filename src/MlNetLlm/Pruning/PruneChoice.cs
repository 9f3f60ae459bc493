using MlNetLlm.Adapters;
using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;

namespace MlNetLlm.Pruning;

/// <summary>Decides which heads, hidden units or channels stay.</summary>
internal static class PruneChoice
{
    private sealed record Unit(int Layer, bool IsHead, int Index, double Score, long Parameters);

    /// <summary>What stays of a model, given the gradients of its weights.</summary>
    public static PrunedParts Choose(LanguageModel model, WeightGradients gradients, PruneOptions options)
    {
        var whole = PrunedParts.Whole(model.Config) with { RescaleNorms = options.RescaleNorms };
        if (options.Scheme == PruneScheme.Channel)
        {
            var scores = StreamScores(model.Module, gradients);
            return whole with { Width = Kept(scores, Removed(scores.Length, options.Ratio)) };
        }
        var layers = LayerSelection.Resolve(options.PrunedLayers, model.Config.Layers);
        Unit[] units = [.. layers.Order().SelectMany(layer => Units(model.Config, gradients, layer))];
        return options.Selection == PruneSelection.Local
            ? Local(whole, model.Config, units, options.Ratio)
            : Global(whole, units, options.Ratio);
    }

    // The same number from every layer. Heads go as wholes: as many as fit into the share of the query rows.
    private static PrunedParts Local(PrunedParts whole, TransformerConfig config, Unit[] units, double ratio)
    {
        var (heads, channels) = (whole.Heads.ToArray(), whole.Channels.ToArray());
        foreach (var layer in units.GroupBy(unit => unit.Layer))
        {
            var size = config.OfLayer(layer.Key);
            var (headScores, channelScores) = (Scores(layer, heads: true), Scores(layer, heads: false));
            var rows = (long)size.Heads * size.HeadWidth;
            var removedHeads = (int)(PruningArithmetic.Removed(rows, ratio) / (rows / size.KeyValueHeads));
            heads[layer.Key] = Kept(headScores, Math.Min(removedHeads, headScores.Length - 1));
            channels[layer.Key] = Kept(channelScores, Removed(channelScores.Length, ratio));
        }
        return whole with { Heads = heads, Channels = channels };

        static double[] Scores(IEnumerable<Unit> layer, bool heads) =>
            [.. layer.Where(unit => unit.IsHead == heads).Select(unit => unit.Score)];
    }

    // The least important per weight first, until the next would take more than the share of all their weights; each layer keeps one of
    // each kind.
    private static PrunedParts Global(PrunedParts whole, Unit[] units, double ratio)
    {
        var left = units.CountBy(unit => (unit.Layer, unit.IsHead)).ToDictionary();
        var (removed, room) = (new HashSet<Unit>(), (long)(ratio * units.Sum(unit => unit.Parameters)));
        foreach (var unit in units.OrderBy(unit => unit.Score / unit.Parameters))
        {
            if (unit.Parameters > room) break;
            if (left[(unit.Layer, unit.IsHead)] == 1) continue;
            left[(unit.Layer, unit.IsHead)]--;
            room -= unit.Parameters;
            removed.Add(unit);
        }
        var gone = removed.Select(unit => (unit.Layer, unit.IsHead, unit.Index)).ToHashSet();
        return whole with
        {
            Heads = [.. whole.Heads.Select((all, layer) => all.Where(i => !gone.Contains((layer, true, i))).ToArray())],
            Channels = [.. whole.Channels.Select((all, layer) => all.Where(i => !gone.Contains((layer, false, i))).ToArray())],
        };
    }

    private static IEnumerable<Unit> Units(TransformerConfig config, WeightGradients gradients, int layer)
    {
        var size = config.OfLayer(layer);
        var lines = new Dictionary<string, (double[] Rows, double[] Columns)>();
        for (var head = 0; head < size.KeyValueHeads; head++)
            yield return Make(isHead: true, head, ModelModules.HeadSlices(size, layer, head));
        for (var channel = 0; channel < size.FeedForwardWidth; channel++)
            yield return Make(isHead: false, channel, ModelModules.ChannelSlices(size, layer, channel, 1));

        Unit Make(bool isHead, int index, IReadOnlyList<WeightSlice> slices) =>
            new(layer, isHead, index, slices.Sum(Score), slices.Sum(slice => slice.Parameters));

        double Score(WeightSlice slice)
        {
            if (!lines.TryGetValue(slice.Matrix, out var scores))
                lines[slice.Matrix] = scores = gradients.Scores($"{slice.Matrix}.weight");
            return (slice.Dimension == 0 ? scores.Rows : scores.Columns).AsSpan(slice.Start, slice.Length).ToArray().Sum();
        }
    }

    /// <summary>The importance of each channel of the residual stream: summed over all that reads or writes it.</summary>
    private static double[] StreamScores(TransformerModel model, WeightGradients gradients)
    {
        var scores = new double[model.Config.Width];
        foreach (var name in gradients.Names)
        {
            var axis = PrunedWeights.StreamAxis(name);
            if (axis is null) continue;
            var (rows, columns) = gradients.Scores(name);
            var lines = axis == 0 && rows.Length == scores.Length ? rows : columns;     // the scores of a vector are its columns'
            for (var i = 0; i < scores.Length; i++) scores[i] += lines[i];
        }
        return scores;
    }

    private static int Removed(int count, double ratio) => (int)Math.Min(PruningArithmetic.Removed(count, ratio), count - 1);

    // All but the least important; of equals the first go.
    private static int[] Kept(double[] scores, int removed) =>
        [.. Enumerable.Range(0, scores.Length).OrderBy(i => scores[i]).Skip(removed).Order()];
}

using MlNetLlm.LanguageModels;

namespace MlNetLlm.ConceptMixing;

/// <summary>What models with and without insertions cost: parameters, and multiply-adds or operations per token.</summary>
/// <remarks>
/// Counted are the matrix products; norms, activations, softmax and the choice of concepts are left out. A multiply-add is two operations
/// (FLOP), and a backward pass costs two forward passes. The token's own elements of the last block are needed as keys and values only: the
/// released code computes them whole, which <c>skipsLastTokenSlots: false</c> counts.
/// </remarks>
public static class ConceptCosts
{
    private const double FlopPerMac = 2, PassesPerStep = 3;

    /// <summary>Parameters that exist.</summary>
    /// <param name="config">Shape and kind.</param>
    public static long StoredParameters(TransformerConfig config) => Base(config) + (config.Insertion is not { } inserted ? 0
        : inserted.Element switch
        {
            InsertedElement.Concept => Concept(config, inserted, inserted.Concepts),
            InsertedElement.Pause => config.Width,
            _ => HiddenState(config, inserted),
        });

    /// <summary>Parameters that take part in a token: of W_c only the K columns that are chosen (Tack et al. 2025, appendix A).</summary>
    /// <param name="config">Shape and kind.</param>
    public static long ActiveParameters(TransformerConfig config) => config.Insertion is { Element: InsertedElement.Concept } inserted
        ? Base(config) + Concept(config, inserted, inserted.TopConcepts)
        : StoredParameters(config);

    /// <summary>Multiply-adds of a forward pass, per token.</summary>
    /// <param name="config">Shape and kind.</param>
    /// <param name="context">Tokens of a sequence; every position is computed, so the mean token sees about half of them.</param>
    /// <param name="attention">Whether to count scores and mixtures of attention.</param>
    /// <param name="skipsLastTokenSlots">Whether of the tokens' own elements the last block computes keys and values alone.</param>
    public static double ForwardMacs(TransformerConfig config, int context, bool attention = true, bool skipsLastTokenSlots = true) =>
        Blocks(config, 0, context, attention, skipsLastTokenSlots) + Insertion(config) + Head(config);

    /// <summary>Operations (FLOP) of a training step, per token: one forward and one backward pass.</summary>
    /// <param name="config">Shape and kind of the model that trains.</param>
    /// <param name="context">Tokens of a sequence.</param>
    /// <param name="attention">Whether to count scores and mixtures of attention.</param>
    /// <param name="skipsLastTokenSlots">As in <see cref="ForwardMacs"/>.</param>
    /// <param name="teacher">A teacher that makes a forward pass in every step, or null.</param>
    /// <param name="teacherLayers">The teacher's blocks that are needed, without its head; null = the whole teacher.</param>
    public static double TrainingFlops(
        TransformerConfig config, int context, bool attention = true, bool skipsLastTokenSlots = true, TransformerConfig? teacher = null,
        int? teacherLayers = null)
    {
        var own = FlopPerMac * PassesPerStep * ForwardMacs(config, context, attention, skipsLastTokenSlots);
        return teacher is null ? own : own + FlopPerMac * (teacherLayers is { } layers
            ? Enumerable.Range(0, layers).Sum(layer => Block(teacher, layer, context, attention, skipsLastTokenSlots))
            : ForwardMacs(teacher, context, attention, skipsLastTokenSlots));
    }

    /// <summary>
    /// Operations (FLOP) of labelling, per token and once: the teacher forward, back from its loss to the layer of the concepts without
    /// gradients of weights, and the autoencoder's encoder.
    /// </summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="latents">Latents of the autoencoder.</param>
    /// <param name="layer">Blocks before its hidden states.</param>
    /// <param name="context">Tokens of a window.</param>
    public static double LabellingFlops(TransformerConfig teacher, int latents, int layer, int context)
    {
        var above = Blocks(teacher, layer, context, attention: true, skipsLastTokenSlots: true) + Head(teacher);
        return FlopPerMac * (ForwardMacs(teacher, context) + above + (double)latents * teacher.Width);
    }

    /// <summary>
    /// The width with which a model without insertion has most nearly so many parameters; a multiple of its heads (of twice as many with
    /// rotary positions), its other proportions as they are.
    /// </summary>
    /// <param name="plain">The model without insertion.</param>
    /// <param name="activeParameters">The parameters to match.</param>
    public static int MatchedWidth(TransformerConfig plain, long activeParameters)
    {
        var step = plain.Positions == PositionKind.Rotary ? 2 * plain.Heads : plain.Heads;
        var width = step;
        while (ActiveParameters(Widened(plain, width)) < activeParameters) width += step;
        return width > step && activeParameters - Count(width - step) <= Count(width) - activeParameters ? width - step : width;

        long Count(int candidate) => ActiveParameters(Widened(plain, candidate));
    }

    /// <summary>A model of another width, its other proportions as they are.</summary>
    /// <param name="plain">The model.</param>
    /// <param name="width">A multiple of its heads.</param>
    /// <exception cref="ArgumentException">It is no multiple of the heads.</exception>
    public static TransformerConfig Widened(TransformerConfig plain, int width)
    {
        if (width < 1 || width % plain.Heads != 0)
            throw new ArgumentException($"The width is {width}; expected a multiple of {plain.Heads}, the number of heads.", nameof(width));
        var head = width / plain.Heads;
        return plain with
        {
            Width = width, HeadWidth = head, FeedForwardWidth = (int)Math.Round((double)plain.FeedForwardWidth / plain.Width * width),
            RotaryWidth = plain.RotaryWidth == plain.HeadWidth ? head : plain.RotaryWidth,
        };
    }

    private static long Base(TransformerConfig c)
    {
        long d = c.Width, norm = c.Norm == NormKind.LayerNorm ? 2 * d : d;
        var embeddings = (c.VocabularySize + (long)c.TokenTypes + c.Features) * d
            + (c.Positions == PositionKind.Learned ? (long)(c.ContextLength + c.PositionOffset) * d : 0) + (c.EmbeddingNorm ? norm : 0);
        var head = (c.TiedHead ? 0 : c.VocabularySize * d) + (c.HeadBias ? c.VocabularySize : 0) + (c.HeadTransform ? d * d + d + norm : 0);
        var blocks = 0L;
        for (var layer = 0; layer < c.Layers; layer++)
        {
            var l = c.OfLayer(layer);
            long queries = l.Heads * (long)l.HeadWidth, keys = l.KeyValueHeads * (long)l.HeadWidth, units = l.FeedForwardWidth;
            var gated = l.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1;
            blocks += d * (2 * queries + 2 * keys) + (gated + 1) * d * units + (l.ParallelBlock ? 1 : 2) * norm
                + (l.QueryKeyValueBias ? queries + 2 * keys : 0) + (l.OutputBias ? d : 0) + (l.FeedForwardBias ? gated * units + d : 0);
        }
        return embeddings + blocks + (c.PostNorm ? 0 : norm) + head;
    }

    private static long Concept(TransformerConfig config, Insertion inserted, long columns)
    {
        long d = config.Width, predicted = inserted.Concepts * (d + 1) + d;
        return inserted.Mixing == InsertionMixing.None ? predicted : predicted + columns * d + d;
    }

    private static long HiddenState(TransformerConfig config, Insertion inserted)
    {
        long d = config.Width, target = inserted.TargetWidth, predicted = d * d + 2 * d + target * (d + 1);
        return inserted.Mixing == InsertionMixing.None ? predicted : predicted + target * d + d;
    }

    private static double Blocks(TransformerConfig config, int from, int context, bool attention, bool skipsLastTokenSlots) =>
        Enumerable.Range(from, config.Layers - from).Sum(layer => Block(config, layer, context, attention, skipsLastTokenSlots));

    private static double Block(TransformerConfig config, int layer, int context, bool attention, bool skipsLastTokenSlots)
    {
        var l = config.OfLayer(layer);
        double queries = l.Heads * (double)l.HeadWidth, keys = l.KeyValueHeads * (double)l.HeadWidth;
        var stored = config.Insertion?.RowsPerToken(layer) ?? 1;                          // elements with keys and values
        var asking = skipsLastTokenSlots && layer == config.Layers - 1 ? 1 : stored;      // elements that look and are fed forward
        var gated = l.FeedForward == FeedForwardKind.SwiGlu ? 2 : 1;
        var linear = config.Width * (stored * 2 * keys + asking * (2 * queries + (gated + 1.0) * l.FeedForwardWidth));
        return attention ? linear + 2 * queries * Seen(config, context, stored, asking) : linear;
    }

    // Keys that the asking elements of the mean token see together. Of two elements the first sees an odd, the second an even number.
    private static double Seen(TransformerConfig config, int context, int stored, int asking)
    {
        double window = stored * Math.Min(config.SlidingWindow ?? context, context), sum = 0;
        for (var t = 0; t < context; t++)
            for (var slot = stored - asking; slot < stored; slot++) sum += Math.Min(window, stored * t + slot + 1);
        return sum / context;
    }

    private static double Insertion(TransformerConfig config)
    {
        if (config.Insertion is not { } inserted) return 0;
        double d = config.Width, inserts = inserted.Mixing == InsertionMixing.None ? 0 : 1;
        return inserted.Element switch
        {
            InsertedElement.Concept => d * (inserted.Concepts + inserts * inserted.TopConcepts),
            InsertedElement.Pause => 0,
            _ => d * (d + inserted.TargetWidth * (1 + inserts)),
        };
    }

    private static double Head(TransformerConfig config) =>
        (double)config.Width * config.VocabularySize + (config.HeadTransform ? (double)config.Width * config.Width : 0);
}

using System.Runtime.InteropServices;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MlNetLlm.LanguageModels;

/// <summary>Checks the input of a pass, so that a mistake becomes a sentence and not a crash in native code.</summary>
internal static class PassChecks
{
    /// <summary>The position of the first token (null when the cached rows differ) and the number of valid tokens of each row.</summary>
    internal static (int? Start, IReadOnlyList<int> Lengths) Require(TransformerModel model, Tensor tokens, ForwardOptions options)
    {
        var config = model.Config;
        if (tokens.dim() != 2 || tokens.dtype != ScalarType.Int64 || tokens.size(0) < 1 || tokens.size(1) < 1)
            throw new ArgumentException(
                $"The model takes token ids as int64 of shape (batch, time), it was given {tokens.dtype} {Shapes.Text(tokens)}.",
                nameof(tokens));
        RequireVocabulary(tokens, config.VocabularySize);
        options.Features?.Require(tokens.size(0), tokens.size(1), config);
        if (options.Layers is { } layers && (layers < 0 || layers > config.Layers))
            throw new ArgumentException($"{nameof(ForwardOptions.Layers)} is {layers}, the model has {config.Layers} layers.",
                nameof(options));
        if (options.OwnTokenGradient && options.Cache is not null)
            throw new ArgumentException(
                $"{nameof(ForwardOptions.OwnTokenGradient)} is set together with a cache, whose tokens have no gradient. Leave one out.",
                nameof(options));
        if (options.LayerRows is not null && (options.Cache is not null || (options.Lengths is not null && !config.Causal)))
            throw new ArgumentException(
                $"{nameof(ForwardOptions.LayerRows)} is set together with a cache, or with padding in a model that looks both ways: both "
                + "belong to the whole batch. Leave one out.", nameof(options));
        if (options.LayerRows is not null && config.Insertion is { Doubles: true })
            throw new ArgumentException(
                $"{nameof(ForwardOptions.LayerRows)} is set, but this model interleaves elements, which no row can skip. Leave the rows out, "
                + $"or take a model whose insertion is added (InsertionMixing.{nameof(InsertionMixing.Add)}) or that has none.", nameof(options));
        RequireInsertion(config, options);
        var lengths = Lengths(tokens, options.Lengths);
        if (options.Cache is null)
        {
            RequireRoom(tokens.size(1), 0, config.ContextLength, "the model's context length");
            return (0, lengths);
        }
        RequireCache(options.Cache, tokens, config, options);
        return (options.Cache.Common, lengths);
    }

    private static void RequireVocabulary(Tensor tokens, int vocabularySize)
    {
        using var scope = NewDisposeScope();
        var ids = MemoryMarshal.Cast<byte, long>(tokens.cpu().contiguous().bytes);
        RequireVocabulary(TensorPrimitives.Min(ids), TensorPrimitives.Max(ids), vocabularySize, nameof(tokens));
    }

    /// <summary>Checks the smallest and the largest id of a batch.</summary>
    internal static void RequireVocabulary(long min, long max, int vocabularySize, string argument)
    {
        if (min < 0 || max >= vocabularySize)
            throw new ArgumentException(
                $"Token id {(min < 0 ? min : max)} is outside the model's vocabulary of {vocabularySize} tokens "
                + $"(ids 0 to {vocabularySize - 1}). Encode the text with the model's own tokenizer.", argument);
    }

    private static void RequireInsertion(TransformerConfig config, ForwardOptions options)
    {
        if (options.OwnTokenGradient && config.Insertion is { Doubles: true })
            throw new ArgumentException(
                $"{nameof(ForwardOptions.OwnTokenGradient)} is set, but this model interleaves elements, whose tokens predict nothing of "
                + "their own. Take a model without an insertion.", nameof(options));
        if (options.Held is not { } held)
            return;
        if (config.Insertion is not { Element: InsertedElement.Concept, Mixing: not InsertionMixing.None } insertion)
            throw new ArgumentException(
                $"{nameof(ForwardOptions.Held)} is set, but the model inserts no concepts. Take a concept model.", nameof(options));
        if (held.Concept < 0 || held.Concept >= insertion.Concepts || !double.IsFinite(held.Value))
            throw new ArgumentException(
                $"Concept {held.Concept} is held at {held.Value}; expected a concept from 0 to {insertion.Concepts - 1} and a finite "
                + "number.", nameof(options));
        if (held.Direction is { } direction && direction.Count != config.Width)
            throw new ArgumentException(
                $"The held concept's direction has {direction.Count} numbers, the model's width is {config.Width}.", nameof(options));
    }

    private static void RequireCache(KvCache cache, Tensor tokens, TransformerConfig config, ForwardOptions options)
    {
        if (options.Layers is not null)
            throw new ArgumentException(
                $"{nameof(ForwardOptions.Layers)} cannot be set together with a cache: the blocks left out would miss tokens.");
        if (!config.Causal)
            throw new ArgumentException($"A cache needs a causal model; '{config.Architecture}' looks at later tokens too. Leave it out.");
        if (cache.Lengths.Count != tokens.size(0))
            throw new ArgumentException($"The cache was made for {cache.Lengths.Count} rows, the batch has {tokens.size(0)}.");
        RequireRoom(tokens.size(1), cache.Longest, cache.Capacity, "the cache's capacity");
    }

    private static void RequireRoom(long time, int cached, int limit, string what)
    {
        if (cached + time > limit)
            throw new ArgumentException(
                (cached == 0 ? $"A row of {time} tokens" : $"{cached} cached and {time} new tokens")
                + $" exceed(s) {what} of {limit} tokens. Cut the input or split it.");
    }

    private static int[] Lengths(Tensor tokens, Tensor? lengths)
    {
        var (batch, time) = ((int)tokens.size(0), (int)tokens.size(1));
        if (lengths is null)
            return [.. Enumerable.Repeat(time, batch)];
        if (lengths.dim() != 1 || lengths.size(0) != batch || lengths.dtype != ScalarType.Int64)
            throw new ArgumentException(
                $"Lengths are int64 of shape ({batch}), they were given as {lengths.dtype} {Shapes.Text(lengths)}.");
        using var scope = NewDisposeScope();
        int[] values = [.. lengths.cpu().data<long>().ToArray().Select(value => (int)Math.Clamp(value, int.MinValue, int.MaxValue))];
        return values.All(value => value >= 1 && value <= time)
            ? values
            : throw new ArgumentException($"Lengths are {string.Join(", ", values)}, expected 1 to {time} (the batch's width).");
    }
}

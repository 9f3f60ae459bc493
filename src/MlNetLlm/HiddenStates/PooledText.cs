using System.Numerics.Tensors;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.HiddenStates;

/// <summary>One text's tokens, and its vector as the windows come in.</summary>
internal sealed class PooledText
{
    private readonly HiddenStatePooling _pooling;
    private readonly int[] _positions;
    private readonly double[] _sums;
    private readonly float[] _vector;

    public PooledText(LanguageModel model, string text, HiddenStatesOptions options)
    {
        Tokens = model.Tokenizer.EncodeToIds(text);
        var begin = model.Special.Bos ?? (Tokens.Count == 0 ? model.Special.Eos : null);
        Begin = begin is { } id ? [id] : [];
        Require(text, model, options);
        _pooling = options.Pooling;
        _positions = [.. Positions(options)];
        var width = model.Config.Width;
        _sums = new double[_pooling == HiddenStatePooling.Mean ? width : 0];
        _vector = new float[_pooling == HiddenStatePooling.Mean ? width : _positions.Length * width];
    }

    /// <summary>The begin token, where there is one.</summary>
    public IReadOnlyList<int> Begin { get; }

    /// <summary>The text's own tokens.</summary>
    public IReadOnlyList<int> Tokens { get; }

    /// <summary>Takes the states of one window.</summary>
    /// <param name="from">The window's first token in the text.</param>
    /// <param name="states">(tokens, width), the begin token's first.</param>
    /// <param name="width">Numbers a token.</param>
    public void Add(int from, ReadOnlySpan<float> states, int width)
    {
        if (_pooling == HiddenStatePooling.Mean)
        {
            // A text without tokens has its begin token alone.
            var own = Tokens.Count == 0 ? states : states[(Begin.Count * width)..];
            for (var i = 0; i < own.Length; i++) _sums[i % width] += own[i];
            return;
        }
        var (first, end) = (from == 0 ? 0 : from + Begin.Count, from + states.Length / width);   // of the begin token and the text together
        for (var p = 0; p < _positions.Length; p++)
        {
            if (_positions[p] < first || _positions[p] >= end) continue;
            states.Slice((_positions[p] - from) * width, width).CopyTo(_vector.AsSpan(p * width));
        }
    }

    /// <summary>The vector.</summary>
    public float[] Result()
    {
        for (var i = 0; i < _sums.Length; i++) _vector[i] = (float)(_sums[i] / Math.Max(1, Tokens.Count));
        var bad = TensorPrimitives.IndexOfMaxMagnitude(_vector);
        return bad < 0 || float.IsFinite(_vector[bad])
            ? _vector
            : throw new InvalidOperationException($"A hidden state is {_vector[bad]}: the model's weights are broken.");
    }

    // Places in the sequence of begin token and text whose states are kept.
    private IEnumerable<int> Positions(HiddenStatesOptions options) => options.Pooling switch
    {
        HiddenStatePooling.Last => [Begin.Count + Tokens.Count - 1],
        HiddenStatePooling.First => [0],
        HiddenStatePooling.All => Enumerable.Range(Begin.Count, Tokens.Count),
        HiddenStatePooling.Positions => options.Positions.Select(p => Begin.Count + (p < 0 ? Tokens.Count + p : p)),
        _ => [],
    };

    private void Require(string text, LanguageModel model, HiddenStatesOptions options)
    {
        var context = model.Config.ContextLength;
        if (Begin.Count + Tokens.Count == 0)
            throw new ArgumentException("A text is empty, and the model has no begin token to stand for it. Leave such rows out.");
        if (options.LongTexts == LongTexts.Refuse && Begin.Count + Tokens.Count > context)
        {
            throw new ArgumentException(
                $"A text has {Begin.Count + Tokens.Count} tokens, the model's context is {context}: '{Start(text)}'. "
                + "Shorten it, or set `LongTexts` to Windows.");
        }
        foreach (var position in options.Positions)
        {
            if (position < -Tokens.Count || position >= Tokens.Count)
                throw new ArgumentException($"A text has {Tokens.Count} tokens, `Positions` asks for token {position}: '{Start(text)}'.");
        }
    }

    private static string Start(string text) => text.Length <= 40 ? text : $"{text[..40]}…";
}

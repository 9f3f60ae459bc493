using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Numbers attached to the tokens of a batch. A model that has a table of features (<see cref="TransformerConfig.Features"/>) adds the
/// vectors of a token's features to the token's own, so that one token can stand for a thing with many parts, such as a picture or a world:
/// its embedding is the sum over them, a sparse multi-hot product. Tokens without features are embedded as ever.
/// </summary>
public sealed class TokenFeatures
{
    private readonly List<int> _features = [];
    private readonly int[] _ends;       // of each place: where its features end
    private int _filled;

    /// <summary>Makes room for a batch in which no token has features yet.</summary>
    /// <param name="rows">Rows of the batch.</param>
    /// <param name="time">Tokens a row, padding included.</param>
    public TokenFeatures(int rows, int time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, 1);
        (Rows, Time) = (rows, time);
        _ends = new int[checked(rows * time)];
    }

    /// <summary>Rows of the batch.</summary>
    public int Rows { get; }

    /// <summary>Tokens a row.</summary>
    public int Time { get; }

    /// <summary>Attaches features to a token. Tokens are given row after row, each at most once.</summary>
    /// <param name="row">The token's row.</param>
    /// <param name="position">Its position in the row.</param>
    /// <param name="features">Its features; a feature given twice counts twice.</param>
    /// <exception cref="ArgumentException">The token is outside the batch, or not behind the token before it.</exception>
    public void Add(int row, int position, ReadOnlySpan<int> features)
    {
        var place = (row * Time) + position;
        if ((uint)row >= (uint)Rows || (uint)position >= (uint)Time || place < _filled)
            throw new ArgumentException(
                $"Features of token {position} in row {row} do not fit a batch of {Rows} x {Time} whose first {_filled} have theirs. "
                + "Give each token once, row after row.");
        Fill(place);
        _features.AddRange(features);
        _ends[place] = _features.Count;
        _filled = place + 1;
    }

    /// <summary>The features of a token; none where none were given.</summary>
    /// <param name="row">The token's row.</param>
    /// <param name="position">Its position in the row.</param>
    public ReadOnlySpan<int> At(int row, int position)
    {
        var place = (row * Time) + position;
        if (place >= _filled)
            return [];
        var start = place == 0 ? 0 : _ends[place - 1];
        return CollectionsMarshal.AsSpan(_features)[start.._ends[place]];
    }

    /// <summary>Adds each feature's vector to its token's.</summary>
    /// <param name="embedded">(batch, time, width).</param>
    /// <param name="table">(features, width).</param>
    /// <returns>(batch, time, width).</returns>
    internal Tensor AddTo(Tensor embedded, Tensor table)
    {
        if (_features.Count == 0)
            return embedded;
        using var scope = NewDisposeScope();
        var ids = tensor(_features.Select(feature => (long)feature).ToArray(), device: embedded.device);       // (n)
        var places = tensor(Places(), device: embedded.device);                                               // (n)
        var flat = embedded.view(-1, embedded.size(2));                                                       // (batch · time, width)
        return flat.index_add(0, places, table.index_select(0, ids), 1).view(embedded.shape).MoveToOuterDisposeScope();
    }

    /// <summary>Throws unless the features fit a batch and a model.</summary>
    internal void Require(long rows, long time, TransformerConfig config)
    {
        if (config.Features == 0)
            throw new ArgumentException(
                $"The tokens have features, but the model '{config.Architecture}' has no table of features. "
                + $"Set {nameof(TransformerConfig)}.{nameof(TransformerConfig.Features)} when it is made, or leave the features out.");
        if (Rows != rows || Time != time)
            throw new ArgumentException($"The features are for {Rows} x {Time} tokens, the batch has {rows} x {time}.");
        foreach (var feature in CollectionsMarshal.AsSpan(_features))
            if ((uint)feature >= (uint)config.Features)
                throw new ArgumentException(
                    $"Feature {feature} is outside the model's table of {config.Features} features (0 to {config.Features - 1}).");
    }

    private void Fill(int place) => _ends.AsSpan(_filled, place - _filled).Fill(_features.Count);

    // The place of each feature's token in the batch, rows end to end.
    private long[] Places()
    {
        var places = new long[_features.Count];
        for (var (place, start) = (0, 0); place < _filled; start = _ends[place++])
            places.AsSpan(start, _ends[place] - start).Fill(place);
        return places;
    }
}

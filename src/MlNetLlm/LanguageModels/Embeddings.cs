using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>token (+ features) (+ position) (+ token type), normalised when the model asks for it.</summary>
internal sealed class Embeddings : nn.Module
{
    private readonly int _offset;

    [ComponentName(Name = "norm")]
    private readonly Norm? _norm;

    [ComponentName(Name = "token")]
    private readonly EmbeddingTable _token;

    [ComponentName(Name = "position")]
    private readonly EmbeddingTable? _position;

    [ComponentName(Name = "feature")]
    private readonly EmbeddingTable? _feature;

    [ComponentName(Name = "token_type")]
    private readonly EmbeddingTable? _tokenType;

    internal Embeddings(WeightSource weights, string path, TransformerConfig config)
        : base(nameof(Embeddings))
    {
        _offset = config.PositionOffset;
        _token = new EmbeddingTable(weights, $"{path}.token", config.VocabularySize, config.Width);
        if (config.Positions == PositionKind.Learned)
            _position = new EmbeddingTable(weights, $"{path}.position", config.ContextLength + config.PositionOffset, config.Width);
        if (config.TokenTypes > 0)
            _tokenType = new EmbeddingTable(weights, $"{path}.token_type", config.TokenTypes, config.Width);
        if (config.Features > 0)
            _feature = new EmbeddingTable(weights, $"{path}.feature", config.Features, config.Width);
        if (config.EmbeddingNorm)
            _norm = new Norm(weights, $"{path}.norm", config);
        RegisterComponents();
    }

    /// <summary>The token embedding, (vocabulary, width).</summary>
    internal Parameter TokenWeight => _token.Weight;

    /// <summary>(batch, time) int64 to (batch, time, width).</summary>
    /// <param name="tokens">Token ids.</param>
    /// <param name="start">Position of the first token, when all rows agree on it.</param>
    /// <param name="positions">(batch, time) positions, when they do not.</param>
    /// <param name="features">What is attached to the tokens, or null.</param>
    internal Tensor Forward(Tensor tokens, int start, Tensor? positions, TokenFeatures? features)
    {
        using var scope = NewDisposeScope();
        var x = _token.Rows(tokens);                                                              // (batch, time, width)
        if (features is not null)
            x = features.AddTo(x, _feature!.Weight);                                              // (batch, time, width)
        if (_position is not null)
            x += positions is null
                ? _position.Weight.narrow(0, start + _offset, tokens.size(1))                     // (time, width)
                : _position.Rows(positions + _offset);                                            // (batch, time, width)
        if (_tokenType is not null)
            x += _tokenType.Weight.narrow(0, 0, 1);                                               // (1, width)
        if (_norm is not null)
            x = _norm.call(x);
        return x.MoveToOuterDisposeScope();
    }
}

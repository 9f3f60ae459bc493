using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// Hidden states to logits: h Wᵀ (+ b), where W is its own or the token embedding; RoBERTa first takes norm(gelu(dense(h))).
/// </summary>
internal sealed class OutputHead : nn.Module
{
    [ComponentName(Name = "weight")]
    private readonly Parameter? _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    [ComponentName(Name = "transform")]
    private readonly HeadTransform? _transform;

    private readonly int _width;

    internal OutputHead(WeightSource weights, string path, TransformerConfig config)
        : base(nameof(OutputHead))
    {
        _width = config.Width;
        if (config.HeadTransform)
            _transform = new HeadTransform(weights, $"{path}.transform", config);
        if (!config.TiedHead)
            _weight = weights.Take($"{path}.weight", WeightRole.Matrix, config.VocabularySize, config.Width);
        if (config.HeadBias)
            _bias = weights.Take($"{path}.bias", WeightRole.Bias, config.VocabularySize);
        RegisterComponents();
    }

    /// <summary>All that <see cref="Forward"/> computes with.</summary>
    internal IEnumerable<Parameter> Weights(Parameter tokenEmbedding) =>
        _weight is null ? parameters().Append(tokenEmbedding) : parameters();

    /// <summary>(…, width) to (…, vocabulary).</summary>
    internal Tensor Forward(Tensor hidden, Parameter tokenEmbedding)
    {
        Shapes.RequireLast(hidden, _width, "head");
        using var scope = NewDisposeScope();
        var h = _transform is null ? hidden : _transform.call(hidden);
        return nn.functional.linear(h, _weight ?? tokenEmbedding, _bias).MoveToOuterDisposeScope();
    }
}

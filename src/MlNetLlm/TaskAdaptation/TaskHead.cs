using MlNetLlm.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// Hidden states to a task's logits: W₂ tanh(W₁ h + b₁) + b₂ for a class or a choice (RoBERTa's classification head), W₂ h + b₂ for a tag;
/// dropout stands before each matrix.
/// </summary>
public sealed class TaskHead : nn.Module<Tensor, Tensor>
{
    private const double StandardDeviation = 0.02;

    [ComponentName(Name = "dense")]
    private readonly Parameter? _dense;

    [ComponentName(Name = "dense_bias")]
    private readonly Parameter? _denseBias;

    [ComponentName(Name = "output")]
    private readonly Parameter _output;

    [ComponentName(Name = "output_bias")]
    private readonly Parameter _outputBias;

    private readonly double _dropout;

    /// <summary>Makes a head.</summary>
    /// <param name="task">What the task asks.</param>
    /// <param name="config">The model's shape: width and dropout.</param>
    /// <param name="classes">How many classes; a choice gets one logit whatever their number.</param>
    /// <param name="init">Source of randomness: matrices from N(0, 0.02²), biases 0. Null: all 0, to be filled.</param>
    internal TaskHead(TaskKind task, TransformerConfig config, int classes, Generator? init)
        : base(nameof(TaskHead))
    {
        _dropout = config.Dropout;
        var outputs = task == TaskKind.MultipleChoice ? 1 : classes;
        if (task != TaskKind.Tagging)
        {
            _dense = Matrix(config.Width, config.Width, init);
            _denseBias = Bias(config.Width);
        }
        _output = Matrix(outputs, config.Width, init);
        _outputBias = Bias(outputs);
        RegisterComponents();
    }

    private TaskHead(TaskHead other)
        : base(nameof(TaskHead))
    {
        _dropout = other._dropout;
        (_dense, _denseBias) = (Shared(other._dense), Shared(other._denseBias));
        (_output, _outputBias) = (Shared(other._output)!, Shared(other._outputBias)!);
        RegisterComponents();
    }

    /// <summary>Another head over the same weights, to be disposed of by itself.</summary>
    internal TaskHead ShareWeights()
    {
        var shared = new TaskHead(this);
        shared.train(training);
        return shared;
    }

    /// <inheritdoc/>
    /// <param name="hidden">(places, width).</param>
    /// <returns>(places, classes), or (places, 1) for choices.</returns>
    public override Tensor forward(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var h = Drop(hidden);
        if (_dense is not null)
            h = Drop(nn.functional.linear(h, _dense, _denseBias).tanh());       // (places, width)
        return nn.functional.linear(h, _output, _outputBias).MoveToOuterDisposeScope();
    }

    private Tensor Drop(Tensor value) => training && _dropout > 0 ? nn.functional.dropout(value, _dropout) : value;

    private static Parameter Matrix(long rows, long columns, Generator? init) => Owned(
        init is null ? zeros(rows, columns) : empty(rows, columns).normal_(0, StandardDeviation, init));

    private static Parameter Bias(long size) => Owned(zeros(size));

    private static Parameter? Shared(Parameter? weight)
    {
        if (weight is null) return null;
        var shared = Owned(weight.detach());
        shared.requires_grad = weight.requires_grad;
        return shared;
    }

    private static Parameter Owned(Tensor tensor)
    {
        var parameter = new Parameter(tensor);
        parameter.DetachFromDisposeScope();
        return parameter;
    }
}

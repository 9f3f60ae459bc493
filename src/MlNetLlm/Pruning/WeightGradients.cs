using MlNetLlm.Communities;
using MlNetLlm.Data;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace MlNetLlm.Pruning;

/// <summary>
/// Mean gradient of every weight of a model over rows and, where a form asks for it, mean squared gradient of single rows.
/// </summary>
internal sealed class WeightGradients
{
    private readonly TaylorForm _form;
    private readonly Dictionary<string, (float[] Weights, float[] Gradient, double[] Squares, int Columns)> _all = [];

    private WeightGradients(TaylorForm form) => _form = form;

    /// <summary>Computes gradients with ordinary passes through a copy of the model.</summary>
    /// <exception cref="InvalidOperationException">A loss is not a number.</exception>
    public static WeightGradients Of(
        LanguageModel model, IReadOnlyList<LabelledQuestion> rows, CalibrationOptions options, TaylorForm form,
        CancellationToken cancellation)
    {
        var squares = form is TaylorForm.Second or TaylorForm.Mixed;
        using var module = model.Module.CopyWeights();
        var result = new WeightGradients(form);
        foreach (var (name, parameter) in module.named_parameters())
        {
            using var scope = NewDisposeScope();
            var count = (int)parameter.numel();
            result._all[name] = (TensorNumbers.Of(parameter).ToArray(), new float[count], new double[squares ? count : 0],
                (int)parameter.shape[^1]);
        }
        // Squares are of single rows' gradients.
        foreach (var batch in CalibrationBatches.Of(model, rows, squares ? options with { BatchTokens = 1 } : options))
        {
            using (batch)
            {
                cancellation.ThrowIfCancellationRequested();
                result.Add(module, batch);
            }
        }
        foreach (var (_, gradient, sums, _) in result._all.Values)
        {
            TensorPrimitives.Divide<float>(gradient, rows.Count, gradient);
            TensorPrimitives.Divide<double>(sums, rows.Count, sums);
        }
        return result;
    }

    /// <summary>Importance of the rows and of the columns of a weight; a vector is one row.</summary>
    public (double[] Rows, double[] Columns) Scores(string parameter)
    {
        var (weights, gradient, squares, columns) = _all[parameter];
        return TaylorSalience.Scores(_form, weights, gradient, squares, columns);
    }

    /// <summary>The names of all weights.</summary>
    public IEnumerable<string> Names => _all.Keys;

    private void Add(TransformerModel module, TokenBatch batch)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        var there = batch.To(module.TokenEmbedding.device);
        var pass = new ForwardOptions { Lengths = there.Lengths };
        var loss = Objectives.NextToken(module, module.Hidden(there.Tokens, pass), there.Targets);
        if (loss.ToDouble() is var value && !double.IsFinite(value))
            throw new InvalidOperationException($"The loss of the calibration rows is {value}: the model's weights are broken.");
        loss.backward();
        foreach (var (name, parameter) in module.named_parameters())
        {
            if (parameter.grad is not { } gradient) continue;
            var numbers = TensorNumbers.Of(gradient);
            var (_, sum, squares, _) = _all[name];
            TensorPrimitives.Add(sum, numbers, sum);
            if (squares.Length > 0) TaylorSalience.AddSquares(numbers, squares);
            parameter.grad = null;
        }
    }
}

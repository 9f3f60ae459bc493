using System.Runtime.InteropServices;
using MlNetLlm.Communities;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Importance;

/// <summary>Taylor scores of modules on the rows of one data set: gathered batch by batch, mean over weights.</summary>
internal sealed class TaylorScores
{
    private readonly IReadOnlyList<ModelModule> _modules;
    private readonly TaylorForm _form;
    private readonly bool _perExample;
    private readonly ILookup<string, (int Module, WeightSlice Slice)> _slices;
    private readonly double[] _scores;
    private readonly Dictionary<string, float[]> _sums = [];
    private readonly Dictionary<string, double[]> _squares = [];
    private long _examples;

    /// <param name="modules">The modules.</param>
    /// <param name="form">The Taylor expansion.</param>
    /// <param name="sum">When absolute values are taken; ignored by the second-order forms.</param>
    public TaylorScores(IReadOnlyList<ModelModule> modules, TaylorForm form, GradientSum sum)
    {
        (_modules, _form) = (modules, form);
        _perExample = sum == GradientSum.PerExample && form is (TaylorForm.First or TaylorForm.Vectorised);
        _slices = modules.SelectMany((module, i) => module.Slices.Select(slice => (Module: i, Slice: slice)))
            .ToLookup(item => item.Slice.Matrix);
        _scores = new double[modules.Count];
    }

    private bool UsesSquares => _form is TaylorForm.Second or TaylorForm.Mixed;

    /// <summary>Adds a batch.</summary>
    public void Add(ExampleGradients gradients, Data.TokenBatch batch)
    {
        gradients.Run(batch, Visit);
        _examples += batch.Tokens.size(0);
    }

    /// <summary>The scores: mean over weights, and over examples as the form says.</summary>
    public double[] Result(IEnumerable<Projection> projections)
    {
        if (!_perExample)
            foreach (var projection in projections.Where(projection => _slices.Contains(projection.Name)))
                AddSums(projection);
        return [.. _scores.Select((score, i) => score / _modules[i].Parameters / (_perExample ? _examples : 1))];
    }

    private void Visit(Projection projection, Tensor input, Tensor slope)
    {
        if (!_slices.Contains(projection.Name)) return;
        if (!_perExample)
        {
            using var scope = NewDisposeScope();
            var whole = slope.reshape(-1, projection.OutputWidth).t().mm(input.reshape(-1, projection.InputWidth));         // (out, in)
            Accumulate(_sums, projection, TensorNumbers.Of(whole));
        }
        for (var row = 0L; row < input.size(0) && (_perExample || UsesSquares); row++)
        {
            using var scope = NewDisposeScope();
            var gradient = slope[row].t().mm(input[row]);                                   // (out, time) · (time, in) → (out, in)
            if (_perExample) AddSlices(projection, TensorNumbers.Of(gradient), []);
            else TaylorSalience.AddSquares(TensorNumbers.Of(gradient), Squares(projection));
        }
    }

    private void AddSums(Projection projection)
    {
        var (mean, squares) = (_sums[projection.Name], UsesSquares ? Squares(projection) : []);
        for (var i = 0; i < mean.Length; i++) mean[i] /= _examples;
        for (var i = 0; i < squares.Length; i++) squares[i] /= _examples;
        AddSlices(projection, mean, squares);
    }

    private void AddSlices(Projection projection, ReadOnlySpan<float> gradient, ReadOnlySpan<double> squares)
    {
        using var scope = NewDisposeScope();
        var weights = TensorNumbers.Of(projection.Weight);
        foreach (var (module, slice) in _slices[projection.Name])
            _scores[module] += SliceSalience.Sum(
                _form, weights, gradient, squares, projection.InputWidth, slice.Dimension, slice.Start, slice.Length);
    }

    private double[] Squares(Projection projection)
    {
        ref var squares = ref CollectionsMarshal.GetValueRefOrAddDefault(_squares, projection.Name, out _);
        return squares ??= new double[projection.InputWidth * projection.OutputWidth];
    }

    private static void Accumulate(Dictionary<string, float[]> sums, Projection projection, ReadOnlySpan<float> gradient)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(sums, projection.Name, out _);
        sum ??= new float[gradient.Length];
        System.Numerics.Tensors.TensorPrimitives.Add(sum, gradient, sum);
    }
}

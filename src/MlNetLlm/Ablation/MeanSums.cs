using System.Runtime.InteropServices;
using MlNetLlm.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Ablation;

/// <summary>Sums what a matrix takes in and puts out over valid tokens, while it computes as ever.</summary>
internal sealed class MeanSums(Projection projection) : IProjectionAdapter
{
    private readonly double[] _input = new double[projection.InputWidth];
    private readonly double[] _output = new double[projection.OutputWidth];
    private long _tokens;

    public Projection Projection => projection;

    /// <summary>(batch, time) bool: which tokens of the pass are no padding.</summary>
    public Tensor Valid { get; set; } = null!;

    public IEnumerable<(string Name, Parameter Parameter)> Parameters => [];

    /// <summary>The means over all tokens seen.</summary>
    public (float[] Input, float[] Output) Means() => (Mean(_input), Mean(_output));

    public Tensor Apply(Projection watched, Tensor input)
    {
        var output = nn.functional.linear(input, watched.Weight, watched.Bias);                       // (batch, time, out)
        Add(_input, input);
        Add(_output, output);
        _tokens += Valid.sum().item<long>();
        return output;
    }

    public Tensor Merge(Projection watched) => watched.Weight.detach().clone();

    public void Dispose()
    {
    }

    private void Add(double[] sums, Tensor values)
    {
        using var scope = NewDisposeScope();
        // where, not a product: padding may hold anything
        var kept = where(Valid.unsqueeze(-1), values, zeros_like(values));                            // (batch, time, width)
        var sum = kept.to(float64).sum([0, 1]);                                                       // (width)
        var numbers = MemoryMarshal.Cast<byte, double>(sum.cpu().contiguous().bytes);
        for (var i = 0; i < sums.Length; i++) sums[i] += numbers[i];
    }

    private float[] Mean(double[] sums) => [.. sums.Select(sum => (float)(sum / _tokens))];
}

using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Probes;

/// <summary>One layer of a probe.</summary>
/// <param name="Weight">(outputs, inputs).</param>
/// <param name="Bias">(outputs).</param>
/// <param name="Norm">What follows the ReLU, or null.</param>
internal sealed record ProbeLayer(Tensor Weight, Tensor Bias, ProbeNorm? Norm)
{
    public static ProbeLayer Draw(int inputs, int outputs, ProbeNormalization normalization, RandomStream random)
    {
        var bound = 1 / Math.Sqrt(inputs);
        return new(
            tensor(Uniform(outputs * inputs), [outputs, inputs]).DetachFromDisposeScope(),
            tensor(Uniform(outputs)).DetachFromDisposeScope(),
            ProbeNorm.Make(normalization, outputs));

        float[] Uniform(int count)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = (float)((2 * random.NextDouble() - 1) * bound);
            return values;
        }
    }

    public Tensor Normalise(Tensor x, bool training) => Norm?.Apply(x, training) ?? x;

    public ProbeLayer Map(Func<Tensor, Tensor> map) => new(map(Weight), map(Bias), Norm?.Map(map));

    public IEnumerable<(string Name, Tensor Tensor)> Tensors() =>
        [("weight", Weight), ("bias", Bias), .. Norm?.Tensors() ?? []];
}

/// <summary>Normalisation with learned gain and shift; with running statistics it is that of the batch, else that of the layer.</summary>
internal sealed record ProbeNorm(Tensor Gain, Tensor Shift, Tensor? Mean, Tensor? Variance)
{
    private const double Momentum = 0.1, Epsilon = 1e-5;

    public static ProbeNorm? Make(ProbeNormalization kind, int size)
    {
        if (kind == ProbeNormalization.None) return null;
        var batch = kind == ProbeNormalization.Batch;
        return new(
            ones(size).DetachFromDisposeScope(), zeros(size).DetachFromDisposeScope(),
            batch ? zeros(size).DetachFromDisposeScope() : null, batch ? ones(size).DetachFromDisposeScope() : null);
    }

    public Tensor Apply(Tensor x, bool training) => Mean is null
        ? functional.layer_norm(x, Gain.shape, Gain, Shift, Epsilon)
        : functional.batch_norm(x, Mean, Variance!, Gain, Shift, training, Momentum, Epsilon);

    public ProbeNorm Map(Func<Tensor, Tensor> map) => new(
        map(Gain), map(Shift), Mean is null ? null : map(Mean), Variance is null ? null : map(Variance));

    public IEnumerable<(string Name, Tensor Tensor)> Tensors() => Mean is null || Variance is null
        ? [("gain", Gain), ("shift", Shift)]
        : [("gain", Gain), ("shift", Shift), ("mean", Mean), ("variance", Variance)];
}

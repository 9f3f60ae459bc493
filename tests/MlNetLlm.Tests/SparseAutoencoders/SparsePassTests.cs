using Microsoft.ML;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.SparseAutoencoders;

/// <summary>The sparse loss and its gradients against the same loss in plain operators, and against finite differences.</summary>
public sealed class SparsePassTests
{
    private const int Count = 24;
    private const double Scale = 1.25;

    private StateRows _states = null!;
    private long[] _numbers = null!;

    [OneTimeSetUp]
    public void Read()
    {
        _states = StateRows.Read(SparseToy.View(new MLContext(1), SparseToy.States(Count)), "Features", 0, 1, default);
        _numbers = [.. Enumerable.Range(0, Count).Select(i => (long)i)];
    }

    [OneTimeTearDown]
    public void Free() => _states.Dispose();

    private static int[][] Dead => [[], [1, 4, 5, 9, 20], [.. Enumerable.Range(0, 24)]];

    [TestCaseSource(nameof(Dead))]
    public void Compute_AgreesWithTheOperators(int[] dead)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Draw();
        using var pass = new SparsePass(autoencoder, Options, Scale, Count);
        var (loss, gradients) = pass.Compute(_states, _numbers, dead);
        foreach (var (_, parameter) in autoencoder.Parameters) parameter.requires_grad = true;
        var expected = SparseOperators.Loss(autoencoder, U(), Options, Scale, dead);
        expected.Loss.backward();
        Assert.That(loss, Is.EqualTo(expected.Loss.ToDouble()).Within(1e-5 * loss));
        foreach (var ((name, parameter), gradient) in autoencoder.Parameters.Zip(gradients))
            Assert.That(
                Numbers(gradient), Is.EqualTo(Numbers(parameter.grad!)).Within(2e-4 * Numbers(gradient).Max(MathF.Abs) + 1e-5), name);
        Assert.That(pass.Codes.Ids, Is.EqualTo(Numbers(expected.Ids.to(ScalarType.Float32)).Select(id => (int)id)));
    }

    /// <summary>Without dead latents the loss is a plain function of the weights: its slope along a direction is the gradient's.</summary>
    [Test]
    public void Compute_HasTheSlopesOfFiniteDifferences([Values("encoder", "latent_bias", "decoder", "pre_bias")] string name)
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Draw();
        using var pass = new SparsePass(autoencoder, Options, Scale, Count);
        var place = autoencoder.Parameters.ToList().FindIndex(item => item.Name == name);
        var weight = autoencoder.Parameters[place].Parameter;
        var gradient = pass.Compute(_states, _numbers, []).Gradients[place].clone();
        var direction = randn(weight.shape, generator: new Generator(3));
        if (name == "decoder") direction = direction - weight * (direction * weight).sum(1, true);       // along the sphere
        var step = 4e-3;
        while (!LossAt(step).Ids.SequenceEqual(LossAt(-step).Ids)) step /= 2;        // no jump to other latents in between
        var slope = (LossAt(step).Loss - LossAt(-step).Loss) / (2 * step);
        var expected = (gradient * direction).sum().ToDouble();
        Assert.That(step, Is.GreaterThan(1e-4));
        Assert.That(slope, Is.EqualTo(expected).Within(0.02 * Math.Abs(expected) + 0.05));

        (double Loss, int[] Ids) LossAt(double by)
        {
            using var moved = autoencoder.To(CPU);
            using var quiet = no_grad();
            moved.Parameters[place].Parameter.add_(direction * by);
            using var there = new SparsePass(moved, Options, Scale, Count);
            return (there.Compute(_states, _numbers, []).Loss, there.Codes.Ids);
        }
    }

    [Test]
    public void Compute_OfTheDecoder_HasNoSlopeAlongItsColumns()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Draw();
        using var pass = new SparsePass(autoencoder, Options, Scale, Count);
        var gradient = pass.Compute(_states, _numbers, [2, 3, 11]).Gradients[2];
        Assert.That(Numbers((gradient * autoencoder.Decoder).sum(1)), Is.All.EqualTo(0).Within(1e-4));
        Assert.That(gradient.abs().max().ToDouble(), Is.GreaterThan(0.01));
    }

    /// <summary>The auxiliary reconstruction is of e = u − û and adds no bias: shifting b and the data together changes nothing.</summary>
    [Test]
    public void Compute_WithTheBiasInTheRest_CountsItOnce()
    {
        using var scope = NewDisposeScope();
        using var autoencoder = Draw();
        int[] dead = [1, 4, 5, 9, 20];
        using var pass = new SparsePass(autoencoder, Options, Scale, Count);
        var main = pass.Compute(_states, _numbers, []).Loss;
        var auxiliary = pass.Compute(_states, _numbers, dead).Loss - main;
        var errors = Errors(autoencoder, dead);
        Assert.That(auxiliary, Is.EqualTo(Options.AuxiliaryWeight * Count * errors).Within(1e-4));
    }

    // Σ|e − ê|² / Σ|e − ē|², written out state by state.
    private double Errors(SparseAutoencoder autoencoder, int[] dead)
    {
        var (top, rests) = (new List<double[]>(), 0.0);
        for (var row = 0; row < Count; row++)
        {
            var state = new float[SparseToy.Width];
            _states.Read(row, state);
            var x = state.Zip(Numbers(autoencoder.PreBias), (u, b) => (double)u - b).ToArray();
            double Activation(int latent) => Numbers(autoencoder.LatentBias)[latent]
                + x.Select((value, i) => value * autoencoder.Encoder[latent, i].ToDouble()).Sum();
            var active = Enumerable.Range(0, autoencoder.Latents).OrderByDescending(Activation).Take(Options.ActiveLatents).ToList();
            var e = Without(x, active, Activation, autoencoder);
            top.Add(e);
            var silent = dead.OrderByDescending(Activation).Take(Options.AuxiliaryLatents).ToList();
            rests += Without(e, silent, Activation, autoencoder).Sum(value => value * value);
        }
        var means = Enumerable.Range(0, SparseToy.Width).Select(i => top.Average(e => e[i])).ToArray();
        return rests / top.Sum(e => e.Select((value, i) => (value - means[i]) * (value - means[i])).Sum());
    }

    private static double[] Without(
        double[] target, List<int> latents, Func<int, double> activation, SparseAutoencoder autoencoder) =>
        [.. target.Select((value, i) =>
            value - latents.Sum(latent => Math.Max(0, activation(latent)) * autoencoder.Decoder[latent, i].ToDouble()))];

    private static SparseAutoencoderRun Options { get; } = (SparseToy.Quick with { AuxiliaryWeight = 0.5 }).Loop(SparseToy.Width);

    // Weights that are no longer each other's transpose, biases that are not 0, columns of length 1.
    private SparseAutoencoder Draw()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var generator = new Generator(1);
        var drawn = SparseAutoencoderStart.Draw(_states.Sample(Count), SparseToy.Width, Options, new RandomStream(1, "toy"));
        drawn.Encoder.add_(randn(drawn.Encoder.shape, generator: generator) * 0.2);
        drawn.LatentBias.add_(randn(drawn.LatentBias.shape, generator: generator) * 0.2);
        drawn.PreBias.add_(randn(drawn.PreBias.shape, generator: generator) * 0.2);
        return drawn;
    }

    private Tensor U()
    {
        var u = new float[Count * SparseToy.Width];
        for (var row = 0; row < Count; row++) _states.Read(row, u.AsSpan(row * SparseToy.Width, SparseToy.Width));
        return tensor(u, [Count, SparseToy.Width]);
    }

    private static float[] Numbers(Tensor values) => values.detach().contiguous().data<float>().ToArray();
}

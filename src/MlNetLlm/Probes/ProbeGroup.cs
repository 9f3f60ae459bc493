using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Probes;

/// <summary>
/// Probes that train as one network: linear probes over the same features, trained the same way, stand side by side in one matrix, so that
/// all of them take one product; a probe with hidden layers stands alone. Their parameters never meet, so each trains as it would alone.
/// </summary>
internal sealed class ProbeGroup : IDisposable
{
    private readonly ProbeNetwork _network;
    private readonly AdamW _adam;
    private readonly long[] _offsets;
    private readonly Tensor?[] _weights;

    /// <summary>Draws the probes of a group, each from its own seed.</summary>
    /// <param name="heads">The probes.</param>
    /// <param name="features">How many features they read.</param>
    /// <param name="device">Where to compute.</param>
    public ProbeGroup(IReadOnlyList<ProbeHead> heads, int features, Device device)
    {
        Heads = heads;
        _network = Join([.. heads.Select(head => ProbeNetwork.Draw(
            [features, .. head.Options.HiddenUnits, head.Classes], head.Options.HiddenNormalization,
            new RandomStream(head.Options.Seed, RandomStreams.Initialisation)))], device);
        _offsets = [.. heads.Select((_, i) => heads.Take(i).Sum(head => (long)head.Classes))];
        _weights = [.. heads.Select(head => head.ClassWeights.All(weight => weight == 1) ? null
            : tensor(head.ClassWeights).to(device).DetachFromDisposeScope())];
        var (biases, others) = (Trained().Where(item => item.IsBias), Trained().Where(item => !item.IsBias));
        _adam = optim.AdamW([
            new AdamW.ParamGroup(others.Select(item => item.Parameter).ToList(), weight_decay: heads[0].Options.WeightDecay),
            new AdamW.ParamGroup(biases.Select(item => item.Parameter).ToList())]);
    }

    /// <summary>The probes.</summary>
    public IReadOnlyList<ProbeHead> Heads { get; }

    /// <summary>The number of the features column that they read.</summary>
    public int Features => Heads[0].Features;

    /// <summary>The logits of every probe.</summary>
    /// <param name="x">(rows, features).</param>
    /// <param name="training">Whether batch normalisation learns from the rows.</param>
    /// <returns>For each (rows, classes).</returns>
    public IReadOnlyList<Tensor> Logits(Tensor x, bool training)
    {
        var logits = _network.Logits(x, training);
        return Heads.Count == 1 ? [logits] : logits.split(Heads.Select(head => (long)head.Classes).ToArray(), 1);
    }

    /// <summary>What a row of each class counts in a probe's loss, or null where all count the same.</summary>
    public Tensor? ClassWeights(int head) => _weights[head];

    /// <summary>Clears the gradients.</summary>
    public void ZeroGradients() => _adam.zero_grad();

    /// <summary>Takes a step (counted from 0) of so many with the gradients there are.</summary>
    public void Step(int step, int steps)
    {
        var rate = RateAt(step, steps);
        foreach (var group in _adam.ParamGroups) group.LearningRate = rate;
        _adam.step();
    }

    /// <summary>The learning rate of a step, counted from 0.</summary>
    public double RateAt(int step, int steps) =>
        Heads[0].Options.LearningRate * ProbeSchedules.Factor(Heads[0].Options.Schedule, step, steps);

    /// <summary>A copy of one probe.</summary>
    public ProbeNetwork Copy(int head) => _network.Copy(_offsets[head], Heads[head].Classes);

    public void Dispose()
    {
        _adam.Dispose();
        _network.Dispose();
        foreach (var weights in _weights) weights?.Dispose();
    }

    // Networks of one shape without hidden layers become one with all their outputs; the parts are freed.
    private static ProbeNetwork Join(IReadOnlyList<ProbeNetwork> parts, Device device)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var joined = new ProbeNetwork([.. parts[0].Layers.Select((layer, i) => new ProbeLayer(
            Train(cat([.. parts.Select(part => part.Layers[i].Weight)])), Train(cat([.. parts.Select(part => part.Layers[i].Bias)])),
            layer.Norm is not { } norm ? null : new(Train(norm.Gain), Train(norm.Shift), Keep(norm.Mean), Keep(norm.Variance))))]);
        foreach (var part in parts) part.Dispose();
        return joined;

        Parameter Train(Tensor start)
        {
            var parameter = new Parameter(start.to(device).clone());
            parameter.DetachFromDisposeScope();
            return parameter;
        }
        Tensor? Keep(Tensor? start) => start?.to(device).clone().DetachFromDisposeScope();
    }

    private IEnumerable<(bool IsBias, Parameter Parameter)> Trained() => _network.Layers
        .SelectMany(layer => layer.Norm is { } norm
            ? new[] { (false, layer.Weight), (true, layer.Bias), (false, norm.Gain), (true, norm.Shift) }
            : [(false, layer.Weight), (true, layer.Bias)])
        .Select(item => (item.Item1, (Parameter)item.Item2));
}

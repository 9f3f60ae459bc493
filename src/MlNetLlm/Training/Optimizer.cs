using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels.Fused;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// AdamW over a job's groups, each parameter with its own moments and step counter, each group with its own learning rate; gives access to
/// its live state by parameter name.
/// </summary>
/// <remarks>
/// Our own and not torch's, because a small model has many small parameters, and torch's takes nine operators for each of them. In CPU
/// memory one pass over the numbers does all (<see cref="AdamWMath"/>).
/// </remarks>
internal sealed class Optimizer : IDisposable
{
    private sealed class Moments(string name, Parameter parameter)
    {
        public string Name { get; } = name;

        public Parameter Parameter { get; } = parameter;

        public Tensor Mean { get; } = zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();

        public Tensor MeanSquare { get; } = zeros_like(parameter, requires_grad: false).DetachFromDisposeScope();

        public long Step { get; set; }
    }

    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly TrainingOptions _options;
    private readonly IReadOnlyList<IReadOnlyList<Moments>> _moments;
    private readonly double[] _rates;

    public Optimizer(IReadOnlyList<ParameterGroup> groups, TrainingOptions options)
    {
        using var quiet = no_grad();
        (_groups, _options, _rates) = (groups, options, new double[groups.Count]);
        _moments = [.. groups.Select(group => group.Parameters.Select(item => new Moments(item.Name, item.Parameter)).ToList())];
    }

    private IEnumerable<Moments> All => _moments.SelectMany(group => group);

    /// <summary>Takes one step (counted from 0) of a run of so many steps with the gradients there are.</summary>
    /// <returns>The learning rate before a group's scale.</returns>
    public double Step(int step, int steps)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var rate = RateAt(step, steps);
        for (var g = 0; g < _groups.Count; g++)
        {
            var group = _groups[g];
            _rates[g] = group.LearningRateScale * (group.Schedule is { } own ? _options.LearningRate * own(step, steps) : rate);
            foreach (var moments in _moments[g])
                if (moments.Parameter.grad is { } gradient)
                    Step(moments, gradient, _rates[g], group.WeightDecay ?? _options.WeightDecay);
        }
        return rate;
    }

    /// <summary>The options' learning rate at a step, counted from 0.</summary>
    public double RateAt(int step, int steps) => _options.LearningRate * Schedules.Factor(_options, step, steps);

    /// <summary>Each group's rate in the last step and its step counter.</summary>
    public IReadOnlyList<GroupMetrics> Groups()
        => [.. _groups.Select((group, g) => new GroupMetrics(group.Name, _rates[g], _moments[g].Count > 0 ? _moments[g][0].Step : 0))];

    /// <summary>Lets go of all gradients.</summary>
    public void ZeroGradients()
    {
        foreach (var moments in All)
            moments.Parameter.grad = null;
    }

    /// <summary>Makes a parameter's state that of a new optimiser.</summary>
    public void Forget(Parameter parameter)
    {
        var moments = All.FirstOrDefault(moments => moments.Parameter.Handle == parameter.Handle) ?? throw new ArgumentException(
            "The optimiser has no such parameter: it is in no group of the job.", nameof(parameter));
        using var quiet = no_grad();
        moments.Mean.zero_();
        moments.MeanSquare.zero_();
        moments.Step = 0;
    }

    /// <summary>The live state as tensors by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors()
    {
        foreach (var moments in All)
        {
            yield return ($"{moments.Name}.exp_avg", moments.Mean);
            yield return ($"{moments.Name}.exp_avg_sq", moments.MeanSquare);
            yield return ($"{moments.Name}.step", tensor(moments.Step));
        }
    }

    /// <summary>Takes the state that <see cref="Tensors"/> gave, into the live tensors.</summary>
    public void Read(SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        foreach (var moments in All)
        {
            file.ReadInto($"{moments.Name}.exp_avg", moments.Mean);
            file.ReadInto($"{moments.Name}.exp_avg_sq", moments.MeanSquare);
            moments.Step = file.Read($"{moments.Name}.step").item<long>();
        }
    }

    public void Dispose()
    {
        foreach (var moments in All)
        {
            moments.Mean.Dispose();
            moments.MeanSquare.Dispose();
        }
    }

    private void Step(Moments moments, Tensor gradient, double rate, double decay)
    {
        moments.Step++;
        var (parameter, mean, square) = (moments.Parameter, moments.Mean, moments.MeanSquare);
        var rule = new AdamWRule(_options, rate, decay, moments.Step);
        if (FusedSteps.Apply(parameter) && FusedSteps.Apply(gradient) && FusedSteps.Apply(mean) && FusedSteps.Apply(square))
            AdamWMath.Fused(parameter, gradient, mean, square, rule);
        else
            AdamWMath.Operators(parameter, gradient, mean, square, rule);
    }
}

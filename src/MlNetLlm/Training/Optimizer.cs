using MlNetLlm.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>AdamW over a job's groups: sets learning rates, and gives access to its live state by parameter name.</summary>
internal sealed class Optimizer : IDisposable
{
    private readonly IReadOnlyList<ParameterGroup> _groups;
    private readonly TrainingOptions _options;
    private readonly AdamW _adam;
    private readonly List<(string Name, Parameter Parameter, AdamW.State State)> _states = [];

    public Optimizer(IReadOnlyList<ParameterGroup> groups, TrainingOptions options)
    {
        (_groups, _options) = (groups, options);
        _adam = optim.AdamW(groups.Select(group => new AdamW.ParamGroup(
            group.Parameters.Select(item => item.Parameter).ToList(), options.LearningRate * group.LearningRateScale,
            options.Beta1, options.Beta2, options.Epsilon, group.WeightDecay ?? options.WeightDecay)));
        var live = _adam.state_dict();
        for (var g = 0; g < groups.Count; g++)
            for (var p = 0; p < groups[g].Parameters.Count; p++)
            {
                var (name, parameter) = groups[g].Parameters[p];
                _states.Add((name, parameter, (AdamW.State)live.State[live.StateIndexRef[g][p]]));
            }
    }

    /// <summary>Takes one step (counted from 0) of a run of so many steps with the gradients there are.</summary>
    /// <returns>The learning rate before a group's scale.</returns>
    public double Step(int step, int steps)
    {
        var rate = RateAt(step, steps);
        foreach (var (controller, group) in _adam.ParamGroups.Zip(_groups))
            controller.LearningRate = group.LearningRateScale * (group.Schedule is { } own ? _options.LearningRate * own(step, steps) : rate);
        _adam.step();
        return rate;
    }

    /// <summary>The options' learning rate at a step, counted from 0.</summary>
    public double RateAt(int step, int steps) => _options.LearningRate
        * Schedules.Factor(_options, step, steps);

    /// <summary>Each group's rate in the last step and its step counter.</summary>
    public IReadOnlyList<GroupMetrics> Groups()
    {
        var metrics = new GroupMetrics[_groups.Count];
        var (g, first) = (0, 0);
        foreach (var controller in _adam.ParamGroups)
        {
            metrics[g] = new GroupMetrics(_groups[g].Name, controller.LearningRate, first < _states.Count ? _states[first].State.step : 0);
            first += _groups[g++].Parameters.Count;
        }
        return metrics;
    }

    /// <summary>Sets all gradients to zero, in place.</summary>
    public void ZeroGradients() => _adam.zero_grad();

    /// <summary>Makes a parameter's state that of a new optimiser.</summary>
    public void Forget(Parameter parameter)
    {
        var found = _states.FindIndex(item => item.Parameter.Handle == parameter.Handle);
        if (found < 0)
            throw new ArgumentException("The optimiser has no such parameter: it is in no group of the job.", nameof(parameter));
        using var quiet = no_grad();
        var state = _states[found].State;
        state.exp_avg.zero_();
        state.exp_avg_sq.zero_();
        state.step = 0;
    }

    /// <summary>The live state as tensors by name.</summary>
    public IEnumerable<(string Name, Tensor Tensor)> Tensors()
    {
        foreach (var (name, _, state) in _states)
        {
            yield return ($"{name}.exp_avg", state.exp_avg);
            yield return ($"{name}.exp_avg_sq", state.exp_avg_sq);
            yield return ($"{name}.step", tensor(state.step));
        }
    }

    /// <summary>Takes the state that <see cref="Tensors"/> gave, into the live tensors.</summary>
    public void Read(SafetensorsFile file)
    {
        using var scope = NewDisposeScope();
        foreach (var (name, _, state) in _states)
        {
            file.ReadInto($"{name}.exp_avg", state.exp_avg);
            file.ReadInto($"{name}.exp_avg_sq", state.exp_avg_sq);
            state.step = file.Read($"{name}.step").item<long>();
        }
    }

    public void Dispose() => _adam.Dispose();
}

using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Sweeps;

/// <summary>Lets ML.NET's AutoML search mixes of experts, with any of its tuners or <see cref="CrossEntropyTuner"/>.</summary>
public static class MixExperimentExtensions
{
    internal const string Key = "mix";

    /// <summary>
    /// Makes an experiment's trials mixes of experts, scored on a few examples. A tuner is still to be set:
    /// SetTuner(new CrossEntropyTuner), SetSmacTuner, SetCostFrugalTuner, …
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="space">The mixes.</param>
    /// <param name="mixer">Puts them in place; not owned.</param>
    /// <param name="objective">Scores them. A trial's metric is the accuracy; its loss also counts the log-likelihood among equals.</param>
    public static AutoMLExperiment SetMixSearch(
        this AutoMLExperiment experiment, MixSpace space, SvfMixer mixer, IMixObjective objective)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var options = new Microsoft.ML.SearchSpace.SearchSpace();
        foreach (var name in space.Names) options.Add(name, new UniformDoubleOption(0, 1, false, 1.0 / space.Experts.Count));
        return experiment.AddSearchSpace(Key, options).SetTrialRunner(new MixTrialRunner(space, mixer, objective));
    }

    /// <summary>The mix of a trial.</summary>
    /// <param name="space">The space of the experiment.</param>
    /// <param name="trial">A trial of it, such as the result of Run.</param>
    public static SvfMix MixOf(this MixSpace space, TrialSettings trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        var values = trial.Parameter[Key];
        return space.MixOf([.. space.Names.Select(name => values[name].AsType<double>())]);
    }
}

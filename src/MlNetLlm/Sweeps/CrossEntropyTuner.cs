using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;
using MlNetLlm.SelfAdaptation;

namespace MlNetLlm.Sweeps;

/// <summary>
/// The cross-entropy method as a tuner of ML.NET AutoML: give it to <c>SetTuner</c> of an experiment over mixes of experts (see
/// <see cref="MixExperimentExtensions"/>). A generation is learned from when its last trial ends; failed trials, and those that no result
/// came for before the next was asked for, are its worst.
/// </summary>
/// <remarks>One trial at a time, as AutoML's experiments run them.</remarks>
public sealed class CrossEntropyTuner : ITuner
{
    private readonly IReadOnlyList<string> _names;
    private readonly CrossEntropySearch _search;
    private readonly List<MixScore> _scores = [];
    private readonly int _population;
    private int _proposed;

    /// <summary>Starts a search.</summary>
    /// <param name="space">The space of mixes.</param>
    /// <param name="options">How to search; the experiment's own limits say when to stop.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public CrossEntropyTuner(MixSpace space, CrossEntropyOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(space);
        options ??= new CrossEntropyOptions();
        _names = space.Names;
        _population = options.Population;
        _search = new CrossEntropySearch(space.Dimensions, 1.0 / space.Experts.Count, options);
    }

    /// <inheritdoc/>
    public Parameter Propose(TrialSettings settings)
    {
        if (_proposed > _scores.Count) Add(double.MaxValue);
        var candidate = _search.Propose()[_proposed++];
        var values = _names.Zip(candidate, (name, value) => KeyValuePair.Create(name, Parameter.FromDouble(value)));
        return Parameter.CreateNestedParameter(
            KeyValuePair.Create(MixExperimentExtensions.Key, Parameter.CreateNestedParameter([.. values])));
    }

    /// <inheritdoc/>
    public void Update(TrialResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (_scores.Count == _proposed) throw new InvalidOperationException("A result came for a trial that was not proposed.");
        Add(double.IsNaN(result.Loss) ? double.MaxValue : result.Loss);
    }

    private void Add(double loss)
    {
        _scores.Add(new MixScore(-loss, 0));
        if (_scores.Count < _population) return;
        _search.Update(_scores);
        _scores.Clear();
        _proposed = 0;
    }
}

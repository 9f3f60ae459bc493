using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>
/// Resets part of a model while the rest goes on training: two parameter groups, the learning rate of the one, and what happens after an
/// update.
/// </summary>
/// <remarks>
/// The order of one update is the released code's: backward; clip everything together; step the body at s(n) and the embeddings at s(u_e),
/// each with its own counter; count n; where K divides n, draw the embeddings, zero their padding row and forget their moments and
/// counter. (The released code zeroes the moments at the next update: the same numbers, as nothing reads them in between.) Validation and
/// checkpoints come after that.
/// </remarks>
internal sealed class PeriodicReset
{
    private const string BodyGroup = "body";

    private readonly int _layers;
    private readonly EmbeddingResetOptions _options;
    private readonly RandomStream _random;
    private readonly int? _padding;
    private readonly ResetPlan _plan;
    private readonly EpisodeLog _log;
    private readonly IReadOnlyDictionary<string, WeightRole> _roles;
    private readonly IReadOnlyList<(string Name, Parameter Parameter)> _chosen;

    /// <param name="module">The model in training.</param>
    /// <param name="options">What to reset when.</param>
    /// <param name="training">The run's options: the learning rate's course.</param>
    /// <param name="steps">How many updates the run has.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="padding">The padding token, whose row becomes 0; null = there is none.</param>
    /// <exception cref="ArgumentException">The options do not fit the model or the run.</exception>
    public PeriodicReset(
        TransformerModel module, EmbeddingResetOptions options, TrainingOptions training, int steps, RandomStreams streams, int? padding)
        : this(
            ResetParameters.Split(module, ResetParameters.Names(module, options, training.Seed)), ResetParameters.Roles(module.Config),
            module.Config.Layers, options, training, steps, streams, padding)
    {
    }

    /// <param name="parts">What is reset, and the body.</param>
    /// <param name="roles">What each weight that is reset is for, by name.</param>
    /// <param name="layers">The model's blocks.</param>
    /// <param name="options">What to reset when.</param>
    /// <param name="training">The run's options: the learning rate's course.</param>
    /// <param name="steps">How many updates the run has.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="padding">The padding token, whose row becomes 0; null = there is none.</param>
    public PeriodicReset(
        ResetParts parts, IReadOnlyDictionary<string, WeightRole> roles, int layers, EmbeddingResetOptions options,
        TrainingOptions training, int steps, RandomStreams streams, int? padding)
    {
        var faults = ResetPlan.Faults(options, steps).ToList();
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(" ", faults));
        (_chosen, _roles, _layers, _options, _padding) = (parts.Chosen, roles, layers, options, padding);
        _random = streams[RandomStreams.Reset];
        _plan = new ResetPlan(options, steps);
        _log = new EpisodeLog(options);
        Groups =
        [
            new ParameterGroup
            {
                Name = $"{options.Target}", Parameters = _chosen, LearningRateScale = options.LearningRateScale,
                Schedule = options.GlobalSchedule ? null : (step, of) => Schedules.Factor(training, _plan.ScheduleStep(step), of),
            },
            new ParameterGroup { Name = BodyGroup, Parameters = parts.Others },
        ];
    }

    /// <summary>What is reset, and the body.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; }

    /// <summary>What each episode's loss did.</summary>
    public IReadOnlyList<ResetEpisode> Episodes => _log.Finished;

    /// <summary>Keeps the episodes in checkpoints.</summary>
    public RunNotes Notes => new(_log.Save, _log.Restore);

    /// <summary>Logs an update and resets where it is time.</summary>
    public void AfterStep(TrainingStep step)
    {
        var n = step.Step;
        var episode = _plan.EpisodeAt(n - 1);
        _log.Add(step, step.Groups[0], _plan.Length(episode));
        if (_plan.Within(n - 1) + 1 == _plan.Length(episode))
            _log.End(ResetMath.StandardDeviation(_chosen[0].Parameter));
        if (!_plan.IsReset(n))
            return;
        Change();
        if (!_options.KeepMoments)
            foreach (var (_, parameter) in _chosen)
                step.Forget(parameter);
    }

    private void Change()
    {
        using var quiet = no_grad();
        using var generator = new Generator((ulong)_random.NextSeed());
        var order = _options.Change == ResetChange.ShuffleRows ? Order(_chosen[0].Parameter.size(0)) : [];
        foreach (var (name, parameter) in _chosen)
            switch (_options.Change)
            {
                case ResetChange.Redraw:
                    ResetMath.Redraw(parameter, _roles[name], _options.StandardDeviation, _layers, generator);
                    break;
                case ResetChange.RedrawAtCurrentScale:
                    ResetMath.RedrawAtCurrentScale(parameter, generator);
                    break;
                case ResetChange.Perturb:
                    ResetMath.Perturb(parameter, _options.Keep, _options.NoiseShare, generator);
                    break;
                case ResetChange.ShuffleRows:
                    ResetMath.Reorder(parameter, parameter.size(0) == order.Length ? order : Order(parameter.size(0)));
                    break;
            }
        if (_options.Change is not (ResetChange.None or ResetChange.ShuffleRows) && _padding is { } row)
            foreach (var (_, table) in _chosen.Where(item => item.Name == ResetParameters.TokenEmbedding))
                table.narrow(0, row, 1).zero_();
    }

    // A random order in which the padding row of the embeddings stays where it is.
    private long[] Order(long rows)
    {
        var still = _options.Target == ResetTarget.Embeddings ? _padding : null;
        long[] moved = [.. Enumerable.Range(0, (int)rows).Where(row => row != still).Select(row => (long)row)];
        _random.Shuffle<long>(moved);
        return still is { } padding ? [.. moved[..padding], padding, .. moved[padding..]] : moved;
    }
}

using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>The parts of a run that <see cref="TrainingLoop"/> calls in order, and the state they share.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingJob _job;
    private readonly TrainingOptions _options;
    private readonly IFileSystem _files;
    private readonly Device _device;
    private readonly RandomStreams _random;
    private readonly IReadOnlyList<(string Name, Parameter Parameter)> _parameters;
    private readonly IReadOnlyList<Parameter> _byName;   // so that the norm's last bit does not depend on how the job is grouped
    private readonly Optimizer _optimizer;
    private readonly CheckpointFolder? _checkpoints;
    private readonly BestWeights _best;
    private readonly long _started;
    private MetricLog? _log;
    private IReadOnlyDictionary<string, double>? _measures;
    private TrainingState? _saved;
    private (int Step, long Tokens) _resumedAt;
    private bool _isUpdating;

    public TrainingRun(TrainingJob job, TrainingOptions options, IFileSystem files)
    {
        (_job, _options, _files) = (job, options, files);
        _parameters = [.. job.Groups.SelectMany(group => group.Parameters)];
        _byName = [.. _parameters.OrderBy(item => item.Name, StringComparer.Ordinal).Select(item => item.Parameter)];
        Check();
        foreach (var (_, parameter) in _parameters)
            parameter.requires_grad = true;
        _device = DeviceNames.Of(options.Device);
        _random = job.Random ?? new RandomStreams(options.Seed);
        _optimizer = new Optimizer(job.Groups, options);
        _checkpoints = options.CheckpointFolder is { } folder ? new CheckpointFolder(files, folder, _parameters) : null;
        _best = new BestWeights(_checkpoints, _parameters);
        Steps = StepsOf(options, job.Batches);
        State = new TrainingState
        {
            ModelFingerprint = job.ModelFingerprint,
            DataFingerprint = job.Batches.Fingerprint,
            Options = ResumeCheck.Defining(options),
        };
        _started = job.Clock.GetTimestamp();
    }

    /// <summary>How many steps a run with these options takes on these batches.</summary>
    public static int StepsOf(TrainingOptions options, IBatchSource batches) => options.MaxTokens == 0
        ? options.MaxSteps
        : checked((int)Math.Ceiling(options.MaxTokens / (batches.TokensPerBatch * options.GradientAccumulation)));

    /// <summary>Steps planned.</summary>
    public int Steps { get; }

    /// <summary>Where the run stands. While a step is computed or validated, it is where that began.</summary>
    public TrainingState State { get; private set; }

    /// <summary>Whether there is something left to do.</summary>
    public bool GoesOn => State.Unlogged is not null || (State.Step < Steps && !State.StoppedEarly);

    /// <summary>Whether the step just taken is to be validated.</summary>
    public bool IsValidationDue => _job.Validate is not null && _options.EvaluateEvery > 0
        && (State.Step % _options.EvaluateEvery == 0 || State.Step == Steps);

    /// <summary>Whether the step just taken is to be saved.</summary>
    public bool IsCheckpointDue => _options.CheckpointEvery > 0 && State.Step % _options.CheckpointEvery == 0;

    /// <summary>Resumes where that is asked for and possible; refuses a folder that holds another run.</summary>
    public void Begin()
    {
        _job.BeforeFirstStep?.Invoke(Steps);
        _job.Batches.Position = 0;
        if (_checkpoints is null)
            return;
        var folder = _options.CheckpointFolder!;
        if (!_options.Resume && _checkpoints.Steps() is [var newest, ..])
            throw new InvalidOperationException($"'{folder}' already holds checkpoints up to step {newest}. "
                + "Set Resume to continue that run, or choose another CheckpointFolder.");
        if (_checkpoints.NewestState() is { } saved)
        {
            ResumeCheck.Require(saved, State, folder);
            _checkpoints.Restore(saved, _optimizer);
            _random.Restore(saved.Random);
            if (saved.Notes is { } notes)
                _job.Notes?.Restore(notes);
            State = _saved = saved;
        }
        else
            Mark();
        _job.Batches.Position = State.BatchPosition;
        _resumedAt = (State.Step, State.Tokens);
        _files.CreateFolder(folder);
        _log = new MetricLog(_files, folder, State.MetricBytes);
    }

    /// <summary>Sums the gradients of a step's batches, each weighted by its counted tokens.</summary>
    /// <returns>The mean loss per counted token, and how many tokens counted.</returns>
    public (double Loss, long Tokens) Accumulate()
    {
        var batches = Enumerable.Range(0, _options.GradientAccumulation).Select(_ => _job.Batches.Next().To(_device)).ToList();
        var tokens = batches.Sum(batch => batch.TokenCount);
        if (tokens == 0)
            throw new InvalidDataException($"Step {State.Step + 1} has no token to learn: every target of its batches is ignored.");
        _optimizer.ZeroGradients();
        var loss = 0.0;
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            SeedTorch(_random[RandomStreams.Dropout].NextSeed());
            var share = Computed(() => _job.Loss(batch), State.Step + 1) / tokens;
            share.backward();
            loss += share.ToDouble();
        }
        loss = Finite("Loss", loss, State.Step + 1);
        if (_job.Parts is not { } parts)
            return (loss, tokens);
        (loss, _measures) = parts();
        return (loss, tokens);
    }

    /// <summary>Clips the gradients.</summary>
    /// <returns>Their norm before.</returns>
    public double Clip()
        => Finite("Gradient norm", Gradients.Clip(_byName, _options.ClipNorm), State.Step + 1);

    /// <summary>Steps the optimiser and the state.</summary>
    public void Update(double loss, double norm, long tokens)
    {
        _isUpdating = true;
        var rate = _optimizer.Step(State.Step, Steps);
        var (step, groups) = (State.Step + 1, _optimizer.Groups());
        _job.AfterStep?.Invoke(new TrainingStep(step, Steps, loss, norm, groups, _optimizer.Forget));
        tokens += State.Tokens;
        State = State with
        {
            Step = step, Tokens = tokens, Loss = loss, Measures = _measures,
            Unlogged = new TrainingMetrics(step, tokens, loss, norm, rate, null, groups.Count > 1 ? groups : null, _measures),
        };
        Mark();
        _isUpdating = false;
    }

    /// <summary>Validates, keeps the best weights and decides whether to stop.</summary>
    public void Validate()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var loss = Finite("Validation loss", Computed(_job.Validate!, State.Step), State.Step);
        if (State.BestValidationLoss is not { } best || loss < best)
        {
            if (_options.KeepBest)
                _best.Keep(State.Step);
            State = State with { BestValidationLoss = loss, BestStep = State.Step, ValidationsSinceBest = 0 };
        }
        else
            State = State with { ValidationsSinceBest = State.ValidationsSinceBest + 1 };
        State = State with
        {
            ValidationLoss = loss, Unlogged = State.Unlogged! with { ValidationLoss = loss },
            StoppedEarly = (_options.Patience > 0 && State.ValidationsSinceBest >= _options.Patience) || _job.IsReached?.Invoke() == true,
        };
        Mark();
    }

    /// <summary>Adds the step just taken to the metric log.</summary>
    /// <returns>Its metrics.</returns>
    public TrainingMetrics Log()
    {
        var metrics = State.Unlogged!;
        State = State with { Unlogged = null };
        _log?.Append(metrics);
        return metrics;
    }

    /// <summary>Saves a checkpoint of the state, unless there is one, or an update was broken off and the weights are of no state.</summary>
    public void Save()
    {
        if (_checkpoints is null || _isUpdating || ReferenceEquals(State, _saved))
            return;
        RequireFiniteWeights();
        _log!.Flush();
        State = State with { MetricBytes = _log.Bytes };
        _checkpoints.Save(State, _optimizer, _options.KeepCheckpoints);
        _saved = State;
    }

    /// <summary>Ends with the best weights where that is asked for, and lets go of the gradients.</summary>
    public void RestoreBest()
    {
        if (_options.KeepBest && State.BestStep is { } best && best != State.Step)
            _best.Restore(best);
        foreach (var (_, parameter) in _parameters)
            parameter.grad = null;
    }

    /// <summary>What to report after a step with these metrics.</summary>
    public TrainingProgress Progress(TrainingMetrics metrics)
    {
        var elapsed = _job.Clock.GetElapsedTime(_started);
        var taken = Math.Max(1, State.Step - _resumedAt.Step);   // a run may resume at the validation of a step that it had taken
        var left = elapsed / taken * (State.StoppedEarly ? 0 : Steps - State.Step);
        var speed = elapsed > TimeSpan.Zero ? (State.Tokens - _resumedAt.Tokens) / elapsed.TotalSeconds : 0;
        return new TrainingProgress(
            State.Step, Steps, State.Loss ?? double.NaN, State.ValidationLoss, metrics.LearningRate, speed, left, State.Tokens,
            metrics.ValidationLoss is null ? "train" : "evaluate");
    }

    /// <summary>How the run ended.</summary>
    public TrainingResult Result()
    {
        var result = new TrainingResult(
            State.Step, State.Tokens, State.Loss ?? double.NaN, State.ValidationLoss, State.BestValidationLoss, State.BestStep,
            State.StoppedEarly, _job.Clock.GetElapsedTime(_started));
        return State.Measures is { } measures ? result with { Measures = measures } : result;
    }

    public void Dispose()
    {
        _log?.Dispose();
        _best.Dispose();
        _optimizer.Dispose();
    }

    private void Check()
    {
        var faults = new List<string>();
        if (_parameters.Count == 0)
            faults.Add("it has no parameters");
        faults.AddRange(_parameters.GroupBy(item => item.Name).Where(same => same.Count() > 1)
            .Select(same => $"the name '{same.Key}' stands for {same.Count()} parameters"));
        faults.AddRange(_parameters.GroupBy(item => item.Parameter.Handle).Where(same => same.Count() > 1)
            .Select(same => $"one parameter is in it as {string.Join(" and ", same.Select(item => $"'{item.Name}'"))}"));
        if (_options.EvaluateEvery > 0 && _job.Validate is null)
            faults.Add($"EvaluateEvery is {_options.EvaluateEvery} but there is nothing to validate on");
        if (faults.Count > 0)
            throw new ArgumentException($"This job cannot train: {string.Join("; ", faults)}.");
    }

    // manual_seed of TorchSharp 0.107 seeds the CPU's generator alone.
    private void SeedTorch(long seed)
    {
        manual_seed(seed).Dispose();
        if (_device.type == DeviceType.CUDA)
            cuda.manual_seed_all(seed);
    }

    /// <summary>Takes into the state what goes on while a step is computed: a checkpoint needs it as it was before.</summary>
    private void Mark()
    {
        if (_checkpoints is not null)
            State = State with { BatchPosition = _job.Batches.Position, Random = _random.Counters(), Notes = _job.Notes?.Save() };
    }

    // A model that gives no numbers to choose a token by has diverged, as much as one whose loss is none.
    private T Computed<T>(Func<T> compute, int step)
    {
        try
        {
            return compute();
        }
        catch (LogitException error)
        {
            throw Diverged("A logit", error.Logit, step, error);
        }
    }

    private double Finite(string what, double value, int step)
        => double.IsFinite(value) ? value : throw Diverged(what, value, step);

    private void RequireFiniteWeights()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, parameter) in _parameters)
            if (parameter.sum(ScalarType.Float64).item<double>() is var sum && !double.IsFinite(sum))
                throw Diverged($"Parameter '{name}'", sum, State.Step);
    }

    private TrainingDivergedException Diverged(string what, double value, int step, Exception? cause = null)
        => new(what, value, step, _job.Batches.Position, _optimizer.RateAt(step - 1, Steps), _saved?.Step, cause);
}

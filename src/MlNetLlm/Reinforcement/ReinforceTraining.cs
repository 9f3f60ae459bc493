using Microsoft.ML;
using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Rewards;
using MlNetLlm.Training;
using TorchSharp.Modules;

namespace MlNetLlm.Reinforcement;

/// <summary>Trains adapters by reinforcement, whatever they are: rows to prompts, the training loop, validation.</summary>
internal sealed class ReinforceTraining
{
    private readonly LanguageModel _model;
    private readonly IReward _reward;
    private readonly ReinforceOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;
    private readonly AdapterTraining _adapters;

    /// <exception cref="ArgumentException">The model is not causal, or its context is shorter than the options ask for.</exception>
    public ReinforceTraining(
        LanguageModel model, IReward reward, ReinforceOptions options, IProgress<TrainingProgress>? progress,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(reward);
        _model = CausalModel.Require(model, "Training by reinforcement");
        (_reward, _options, _progress, _cancellation) = (reward, options, progress, cancellation);
        _adapters = new AdapterTraining(model, options, progress, cancellation);
    }

    /// <summary>Trains on rows of prompts.</summary>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Rows for early stopping and the choice of the best iteration, or null.</param>
    /// <param name="create">See <see cref="AdapterTraining.Run"/>.</param>
    /// <param name="keep">See <see cref="AdapterTraining.Run"/>.</param>
    /// <param name="multipliers">The smallest and largest multiplier of singular values of adapters; null where they have none.</param>
    public ModelTransformer<TLearned> Fit<TAdapter, TLearned>(
        IDataView train, IDataView? validation, Func<IReadOnlyList<Projection>, RandomStreams, IEnumerable<TAdapter>> create,
        Func<IReadOnlyList<(string Name, TAdapter Adapter)>, TLearned> keep,
        Func<IEnumerable<TAdapter>, (double Min, double Max)>? multipliers = null)
        where TAdapter : IProjectionAdapter
        where TLearned : ModelAdapter => _adapters.Run(create, keep, (module, adapted, streams) => Run(
            module, adapted, streams, train, validation,
            multipliers is null ? null : () => multipliers(adapted.Select(item => item.Adapter))));

    /// <param name="module">The module that computes, adapters in place, on the options' device.</param>
    /// <param name="adapted">Its adapted matrices.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="multipliers">The smallest and largest multiplier of singular values as they are, or null where there are none.</param>
    private TrainedAdapters Run<TAdapter>(
        TransformerModel module, IReadOnlyList<AdaptedProjection<TAdapter>> adapted, RandomStreams streams, IDataView train,
        IDataView? validation, Func<(double Min, double Max)>? multipliers)
        where TAdapter : IProjectionAdapter
    {
        MlNetLlm.Data.TokenBatches.RequireContext(_options, _model.Config.ContextLength);
        using var policy = new RolloutPolicy(_model, module, adapted.Select(item => (item.Target, (IProjectionAdapter)item.Adapter)));
        using var rows = PromptRows.Read(train, policy.Writer, _reward, _options, _cancellation);
        using var held = validation is null ? null : PromptRows.Read(validation, policy.Writer, _reward, _options, _cancellation);
        using var reference = module.ShareWeights();
        var log = new IterationLog();
        (string Name, Parameter Parameter)[] trained = [.. adapted.SelectMany(item => item.Parameters)];
        var iteration = new ReinforceStep(
            module, reference, [.. trained.Select(item => item.Parameter)], policy, rows, _reward, _options, streams, log, multipliers,
            _cancellation);
        module.eval();           // the log-probabilities are those of the policy that wrote the answers, without dropout
        reference.eval();
        var result = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = [new ParameterGroup { Name = "trained", Parameters = trained }],
                Batches = new PromptBatches(rows, _reward, _options),
                Loss = iteration.Loss,
                Validate = held is null ? null : () => Validate(policy, held, log),
                AfterStep = step =>
                {
                    policy.Outdate();
                    log.End(step.Step);
                },
                ModelFingerprint = _model.Fingerprint,
                Random = streams,
                Notes = new RunNotes(log.Save, log.Restore),
            },
            _options, _progress, _cancellation);
        return new TrainedAdapters(result) { Iterations = log.Finished };
    }

    // The share of wrong greedy answers.
    private double Validate(RolloutPolicy policy, PromptRows rows, IterationLog log)
    {
        policy.Update();
        var right = 0;
        foreach (var numbers in Enumerable.Range(0, rows.Count).Chunk(_options.BatchSize))
        {
            PromptRow[] batch = [.. numbers.Select(number => rows[number])];
            var answers = policy.Writer.Write(
                [.. batch.Select(row => row.Tokens)], new long[batch.Length], _options.MaxAnswerTokens, temperature: 0, _cancellation);
            right += batch.Zip(answers).Count(pair => _reward.IsRight(pair.First.Prompt, pair.Second.Text, pair.First.Reference));
        }
        log.Validated((double)right / rows.Count);
        return 1 - (double)right / rows.Count;
    }
}

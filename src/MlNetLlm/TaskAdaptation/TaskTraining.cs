using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.TaskAdaptation;

/// <summary>Trains body and task head; the embeddings, and with them the whole output head, stay as they are.</summary>
internal sealed class TaskTraining(
    LanguageModel model, TransformerModel module, TaskHead head, AdaptToTaskOptions options, int classes, CancellationToken cancellation)
{
    private const string LanguageHead = "head.";

    /// <summary>Runs the loop.</summary>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="progress">Told after every step.</param>
    public TrainingResult Run(RandomStreams streams, IDataView train, IDataView? validation, IProgress<TrainingProgress>? progress)
    {
        using var batches = TaskBatches.Read(train, model, options, classes, cancellation);
        using var held = validation is null ? null : TaskBatches.Read(validation, model, options, classes, cancellation);
        foreach (var parameter in module.parameters())
            parameter.requires_grad = false;
        module.train();
        head.train();
        var result = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = Groups(),
                Batches = batches,
                Loss = Loss,
                Validate = held is null ? null : () => Validate(held),
                ModelFingerprint = model.Fingerprint,
                Random = streams,
            },
            options, progress, cancellation);
        foreach (var parameter in module.parameters().Concat(head.parameters()))
            parameter.requires_grad = false;
        module.eval();
        head.eval();
        return result;
    }

    private IReadOnlyList<ParameterGroup> Groups() =>
    [
        new ParameterGroup
        {
            Name = "body",
            Parameters = [.. module.named_parameters()
                .Where(item => item.name != ResetParameters.TokenEmbedding && !item.name.StartsWith(LanguageHead, StringComparison.Ordinal))
                .Select(item => (item.name, item.parameter))],
        },
        new ParameterGroup
        {
            Name = "task", LearningRateScale = options.HeadLearningRateScale,
            Parameters = [.. head.named_parameters().Select(item => ($"task.{item.name}", item.parameter))],
        },
    ];

    private Tensor Loss(TokenBatch batch)
    {
        var hidden = module.Hidden(batch.Tokens, batch.Lengths is null ? null : new ForwardOptions { Lengths = batch.Lengths });
        var (h, answers) = TaskMath.Answers(hidden, batch.Targets);
        return options.Task == TaskKind.MultipleChoice
            ? TaskMath.ChoiceLoss(head.call(h), answers, classes)
            : TaskMath.ClassLoss(head.call(h), answers);
    }

    private double Validate(PaddedBatches rows)
    {
        module.eval();
        head.eval();
        try
        {
            var counted = rows.InOrder().Where(batch => batch.TokenCount > 0);
            return Objectives.Mean(counted, Loss, module.TokenEmbedding.device, cancellation);
        }
        finally
        {
            module.train();
            head.train();
        }
    }
}

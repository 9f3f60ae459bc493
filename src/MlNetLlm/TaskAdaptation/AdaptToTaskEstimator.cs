using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// Adapts a model to a task: a new task head and the body are trained, the token embeddings and the head that is tied to them are not, so
/// that embeddings of another language can take their place (Artetxe et al. 2020; Chen et al. 2023, task adaptation).
/// </summary>
public sealed class AdaptToTaskEstimator : IEstimator<TaskTransformer>
{
    private readonly LanguageModel? _model;
    private readonly AdaptToTaskOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Adapts a copy of a model.</summary>
    /// <param name="model">The model, or null for the one that an earlier step of the pipeline trains; it is not changed.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public AdaptToTaskEstimator(
        LanguageModel? model, AdaptToTaskOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        (_model, _options) = (model, options.Validated());
        (_progress, _cancellation) = (progress, cancellationToken);
    }

    /// <inheritdoc/>
    public TaskTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>
    /// Trains on <paramref name="input"/>, with early stopping and the best step chosen on <paramref name="validation"/>.
    /// </summary>
    public TaskTransformer Fit(IDataView input, IDataView? validation)
    {
        var model = _model ?? ModelColumn.Find(input.Schema);
        _ = TaskColumns.Read(input.Schema, _options);
        var label = TaskColumns.Label(input.Schema, _options);
        var names = KeyNames.Of(label, (int)((KeyDataViewType)label.Type).Count);
        var streams = new RandomStreams(_options.Seed);
        using var generator = new Generator((ulong)streams[RandomStreams.Initialisation].NextSeed());
        return HandOver.Into(model.Module.CopyWeights(), module => HandOver.Into(
            new TaskHead(_options.Task, model.Config, names.Count, generator), head => Train(module, head)));

        TaskTransformer Train(TransformerModel module, TaskHead head)
        {
            var device = DeviceNames.Of(_options.Device);
            module.to(device);
            head.to(device);
            var training = new TaskTraining(model, module, head, _options, names.Count, _cancellation)
                .Run(streams, input, validation, _progress);
            module.to(model.Module.TokenEmbedding.device);
            head.to(model.Module.TokenEmbedding.device);
            return new TaskTransformer(model.WithModule(module), head, _options, names, training)
            {
                Beside = [.. input.Schema.Select(column => column.Name)],
            };
        }
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        Columns.Text(inputSchema, _options.TextColumn, nameof(_options.TextColumn));
        if (_options.PairColumn is { } pair)
            Columns.Text(inputSchema, pair, nameof(_options.PairColumn));
        if (_options.Task == TaskKind.MultipleChoice)
            Columns.Texts(inputSchema, _options.ContinuationsColumn, nameof(_options.ContinuationsColumn));
        // A shape says that a vector's size and a key's values are known, not which.
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(TaskColumns.Added(["A", "B"])));
    }
}

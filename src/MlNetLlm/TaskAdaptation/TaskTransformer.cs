using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.TaskAdaptation;

/// <summary>
/// Does a task: adds Score and PredictedLabel, which ML.NET's MulticlassClassification.Evaluate reads with the label. Its body can be
/// joined with embeddings of another language, by <see cref="Assemble"/>.
/// </summary>
public sealed class TaskTransformer : RowTransformer<TaskRow, TaskPrediction>, IDisposable
{
    private readonly TaskScorer _scorer;

    internal TaskTransformer(
        LanguageModel model, TaskHead head, AdaptToTaskOptions options, IReadOnlyList<string> names, TrainingResult? training = null)
    {
        (Model, Head, Options, Names, Training) = (model, head, options, names, training);
        _scorer = new TaskScorer(model, head, options, names.Count);
    }

    /// <summary>Body, embeddings and tokenizer.</summary>
    public LanguageModel Model { get; }

    /// <summary>The task's head.</summary>
    public TaskHead Head { get; }

    /// <summary>The options it was trained with.</summary>
    public AdaptToTaskOptions Options { get; }

    /// <summary>The names of the label's values, one for each slot of Score.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The columns of the data it was trained on; empty for one from a folder.</summary>
    internal IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>How the training went; null for an assembled or loaded one.</summary>
    public TrainingResult? Training { get; }

    /// <summary>
    /// The task in another language: this body and task head with the embeddings, output matrix and tokenizer of another model, and no
    /// further training (Chen et al. 2023, assembly). As everything is where it was, that other model may also be one of another body.
    /// </summary>
    /// <param name="language">The model whose embeddings are taken; the vocabulary's size is its own.</param>
    /// <returns>A transformer that shares the weights of both; each of the three may be disposed of before the others.</returns>
    /// <exception cref="ArgumentException">The two models have different shapes.</exception>
    public TaskTransformer Assemble(LanguageModel language)
    {
        ArgumentNullException.ThrowIfNull(language);
        var size = language.Config.VocabularySize;
        if (language.Config != Model.Config with { VocabularySize = size })
            throw new ArgumentException(
                $"The task's body is {Shape(Model.Config)}, the embeddings belong to {Shape(language.Config)}. "
                + "Relearn them on a body of the same configuration.");
        var module = EmbeddingTables.Join(Model.Module, EmbeddingTables.Of(language.Module));
        var model = new LanguageModel(module, language.Tokenizer, language.Special) { Generation = language.Generation };
        return new TaskTransformer(model, Head.ShareWeights(), Options, Names) { Beside = Beside };
    }

    /// <summary>Moves body, embeddings and head to a device.</summary>
    /// <param name="device">"cpu", "cuda" or "cuda:0".</param>
    /// <returns>This transformer.</returns>
    /// <exception cref="ArgumentException">That is no device's name.</exception>
    /// <exception cref="InvalidOperationException">This machine has no such device.</exception>
    public TaskTransformer To(string device)
    {
        Model.To(device);
        Head.to(DeviceNames.Of(device));
        return this;
    }

    /// <summary>Saves it as a folder, whole or not at all.</summary>
    /// <param name="folder">The folder; an older one is replaced.</param>
    /// <param name="fileSystem">Where to write; null = this machine's files.</param>
    public void Save(string folder, IFileSystem? fileSystem = null) => TaskFolder.Save(this, folder, fileSystem ?? FileSystems.Default);

    /// <summary>Loads what <see cref="Save(string, IFileSystem?)"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">What is there is broken.</exception>
    public static TaskTransformer Load(string folder) => TaskFolder.Load(folder);

    /// <summary>Frees the weights; what another one shares stays until that one is disposed of too.</summary>
    public void Dispose()
    {
        Model.Dispose();
        Head.Dispose();
    }

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) => TaskColumns.Read(schema, Options);

    internal override Func<TaskRow> Reader(DataViewRow row) => TaskColumns.Reader(row, Options);

    internal override IReadOnlyList<OutputColumn<TaskPrediction>> OutputColumns(DataViewSchema schema) => TaskColumns.Added(Names);

    internal override IReadOnlyList<TaskPrediction> Compute(IReadOnlyList<TaskRow> rows) => _scorer.Score(rows);

    private protected override void Save(ModelSaveContext ctx) => SavedTask.Save(ctx, this);

    private static string Shape(TransformerConfig config) =>
        $"'{config.Architecture}' of {config.Layers} layers and width {config.Width} ({config})";
}

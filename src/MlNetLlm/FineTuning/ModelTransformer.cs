using System.ComponentModel;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;
using MlNetLlm.Reinforcement;
using MlNetLlm.Training;

namespace MlNetLlm.FineTuning;

/// <summary>
/// What a fine-tuning or pre-training step leaves behind: a tuned language model. Data that passes through gets one text column,
/// LanguageModel, with the tuned model's fingerprint; a later step of the same pipeline (Score, …) finds the model itself through it.
/// </summary>
/// <remarks>
/// In an ML.NET model file this step keeps only that column: the steps that use the model carry it. To keep the model, call
/// <see cref="LanguageModel.Save"/> on <see cref="Model"/>, or save <see cref="Learned"/>. Both belong to this step: whoever disposes of it,
/// of the chain it is in, or of a prediction engine over that chain, ends their use, and that of the steps after it.
/// </remarks>
/// <typeparam name="TLearned">What was learned: an SVF expert, a LoRA adapter or a whole model.</typeparam>
public sealed class ModelTransformer<TLearned> : RowTransformer<bool, string>, IDisposable
    where TLearned : class
{
    private readonly DataViewSchema.Annotations _annotations;

    internal ModelTransformer(LanguageModel model, TLearned learned, TrainingResult training)
    {
        Model = model;
        Learned = learned;
        Training = training;
        _annotations = ModelColumn.AnnotationsFor(model);
    }

    /// <summary>The tuned model.</summary>
    public LanguageModel Model { get; }

    /// <summary>What was learned.</summary>
    public TLearned Learned { get; }

    /// <summary>How the training went.</summary>
    public TrainingResult Training { get; }

    /// <summary>What happened between periodic resets; empty where nothing was reset.</summary>
    public IReadOnlyList<ResetEpisode> Episodes { get; internal init; } = [];

    /// <summary>What each iteration of learning by reinforcement saw; empty for other training.</summary>
    public IReadOnlyList<ReinforceIteration> Iterations { get; internal init; } = [];

    /// <summary>The same with episodes.</summary>
    internal ModelTransformer<TLearned> WithEpisodes(IReadOnlyList<ResetEpisode> episodes) =>
        new(Model, Learned, Training) { Episodes = episodes, Iterations = Iterations };

    /// <summary>Frees <see cref="Model"/> and <see cref="Learned"/>; doing so again, or to one of them before, changes nothing.</summary>
    public void Dispose()
    {
        Model.Dispose();
        (Learned as IDisposable)?.Dispose();
    }

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) => [];

    internal override Func<bool> Reader(DataViewRow row) => () => true;

    internal override IReadOnlyList<OutputColumn<string>> OutputColumns(DataViewSchema schema) =>
        [OutputColumn<string>.OfText(ModelColumn.Name, fingerprint => fingerprint, _annotations)];

    internal override IReadOnlyList<string> Compute(IReadOnlyList<bool> rows) => [.. rows.Select(_ => Model.Fingerprint)];

    // It reads no column, so that rows without those that it was trained on pass as they do here.
    private protected override void Save(ModelSaveContext ctx) => SavedMapping.SaveConstant(
        ctx, Encoding.UTF8.GetBytes(Model.Fingerprint), new ModelColumnFactory(),
        SavedOutput.Copy(SavedModelColumn.Column, ModelColumn.Name));
}

/// <summary>The column a saved <see cref="ModelTransformer{TLearned}"/> adds, under its fixed name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedModelColumn
{
    internal const string Column = "MlNetLlm.Model";

    /// <summary>The model's fingerprint.</summary>
    [ColumnName(Column)]
    public string Fingerprint { get; set; } = "";
}

/// <summary>Rebuilds the model column in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ModelColumnFactory : SavedFactory<SavedPayload, SavedModelColumn, string>
{
    private const string Contract = "MlNetLlm.Model";

    internal override string ContractName => Contract;

    private protected override string Restore(byte[] payload) => Encoding.UTF8.GetString(payload);

    private protected override void Map(string state, SavedPayload input, SavedModelColumn output) => output.Fingerprint = state;
}

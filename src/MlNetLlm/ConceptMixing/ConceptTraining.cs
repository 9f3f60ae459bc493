using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>The run of pre-training with concepts, or of one of its baselines.</summary>
internal static class ConceptTraining
{
    /// <param name="model">Gives the tokenizer; its module is trained and becomes the new model's.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="options">The options.</param>
    /// <param name="labels">The labels to learn, or null.</param>
    /// <param name="teacher">The teacher, or null.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public static ModelTransformer<LanguageModel> Run(
        LanguageModel model, RandomStreams streams, IDataView train, IDataView? validation, ConceptPretrainOptions options,
        ConceptLabelTrack? labels, LanguageModel? teacher, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var module = model.Module;
        module.to(DeviceNames.Of(options.Device));
        if (options.NeedsTeacher) RequireTokenizer(model, teacher!, train, options.TextColumn);
        var text = new LanguageObjective(model, module, options, PretrainObjective.NextToken, new MaskingOptions(), null, streams);
        using var batches = (TokenBatches)text.Read(train, TextBudget.All, cancellation).Batches;
        var (held, heldRows) = validation is null ? (null, null) : text.Read(validation, TextBudget.All, cancellation);
        using var readHeld = (IDisposable?)held;
        var loss = new ConceptObjective(module, options, labels is null ? null : new WindowLabels(labels, batches), teacher);
        return new PretrainRun(model, streams, options, options.Snapshots)
        {
            Groups = Groups(module, options),
            Batches = batches,
            Loss = loss.Loss,
            Parts = loss.Take,
            Validate = heldRows is null ? null : () => text.Validate(heldRows(), cancellation),
            Supervision = Supervision(options, labels, teacher),
        }.Run(progress, cancellation);
    }

    private static IReadOnlyList<ParameterGroup> Groups(TransformerModel module, ConceptPretrainOptions options)
    {
        var all = module.named_parameters().Select(item => (item.name, item.parameter)).ToLookup(item => IsColumns(item.name));
        return options.DecayColumns || !all[true].Any()
            ? [new ParameterGroup { Name = PretrainRun.Trained, Parameters = [.. all[false], .. all[true]] }]
            : [
                new ParameterGroup { Name = PretrainRun.Trained, Parameters = [.. all[false]] },
                new ParameterGroup { Name = "columns", Parameters = [.. all[true]], WeightDecay = 0 },
            ];
    }

    private static bool IsColumns(string name) => name == $"{InsertedBlock.ActivationName}.columns";

    // Identifies what a run learns from beside the text; a checkpoint of another is refused.
    private static string? Supervision(ConceptPretrainOptions options, ConceptLabelTrack? labels, LanguageModel? teacher)
    {
        string[] parts = [.. labels is null ? Array.Empty<string>() : [labels.Identity],
            .. options.NeedsTeacher ? [teacher!.Fingerprint] : Array.Empty<string>()];
        return parts.Length == 0 ? null : string.Join('\n', parts);
    }

    private static void RequireTokenizer(LanguageModel model, LanguageModel teacher, IDataView data, string column)
    {
        var text = Columns.ReadText(data, Columns.Text(data.Schema, column, nameof(TrainingOptions.TextColumn)))
            .FirstOrDefault(text => !text.Span.IsWhiteSpace());
        var (own, other) = (model.Tokenizer.EncodeToIds(text.Span), teacher.Tokenizer.EncodeToIds(text.Span));
        var separators = (model.Special.Bos ?? model.Special.Eos, teacher.Special.Bos ?? teacher.Special.Eos);
        if (!own.SequenceEqual(other) || separators.Item1 != separators.Item2)
            throw new InvalidOperationException(
                "The teacher has another tokenizer than the model: they cut the first text differently. Train the model with the teacher's "
                + "tokenizer and special tokens.");
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.EmbeddingReset;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.TaskAdaptation;
using static Microsoft.ML.Transforms.ValueToKeyMappingEstimator;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The four stages, each one ML.NET estimator with the options of a section.</summary>
internal sealed class Stages(MLContext ml, SectionOptions options, RunContext context)
{
    private const int CurvePoints = 200;

    private sealed class LabelName
    {
        public string Label { get; set; } = "";
    }

    /// <summary>Stage 1: trains a body and the embeddings of language 1, with the arm's resets.</summary>
    public (ModelTransformer<LanguageModel> Trained, IReadOnlyList<LossPoint> Losses) Pretrain(
        string arm, int seed, double rateScale, LanguageData language)
    {
        var curve = new LossCurve(Math.Max(1, options.Pretraining.Updates / CurvePoints), context.Display);
        var trained = ml.LanguageModels().Pretrain(
            StageOptions.Body(options, VocabularySize(language)), language.Tokenizer, language.Special,
            StageOptions.Pretraining(options, arm, rateScale) with { Seed = seed }, progress: curve,
            cancellationToken: context.Cancellation).Fit(language.Text);
        return (trained, curve.Points);
    }

    /// <summary>The masked-token loss on a language's validation rows, nats a hidden token.</summary>
    public double ValidationLoss(LanguageModel model, LanguageData language)
    {
        var reading = new PretrainOptions
        {
            BatchSize = options.Pretraining.BatchSize, SequenceLength = options.Body.SequenceLength, Device = options.Device,
        };
        return LanguageLoss.Of(model.To(options.Device), language.Validation!, reading);
    }

    /// <summary>Stage 2: trains the body and a task's head in language 1, the embeddings frozen.</summary>
    public TaskTransformer Adapt(LanguageModel model, TaskData task, int seed) =>
        ml.LanguageModels().AdaptToTask(
            model, StageOptions.Task(options) with { Task = task.Kind, PairColumn = task.PairColumn, Seed = seed }, context.Display,
            context.Cancellation).Fit(ml.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: KeyOrdinality.ByValue)
                .Fit(task.Train!).Transform(task.Train!));

    /// <summary>Stage 3: trains a new table for a new language on the frozen body, on the first so many tokens of its text.</summary>
    public RelearnedEmbeddings Relearn(LanguageModel body, LanguageData language, long tokens, int seed)
    {
        var relearning = StageOptions.Relearning(options) with
        {
            TextTokens = tokens, KeepUpdates = options.Relearning.ScoreAfter, Seed = seed,
        };
        return ml.LanguageModels().RelearnEmbeddings(body, language.Tokenizer, language.Special, relearning, context.Display,
            context.Cancellation).Fit(language.Text).Learned;
    }

    /// <summary>Stage 4: joins a task's body and head with a new table, and scores the new language's labelled rows.</summary>
    public double Score(TaskTransformer task, LanguageModel relearned, TaskData labelled) =>
        Score(ml.LanguageModels().Assemble(task, relearned), labelled);

    /// <summary>The score of labelled rows: accuracy, or the F1 of one label.</summary>
    public double Score(TaskTransformer task, TaskData labelled)
    {
        // The keys are those that the task was learned with; a label that was not there has none, and its rows are left out.
        var keys = ml.Data.LoadFromEnumerable(task.Names.Select(name => new LabelName { Label = name }));
        var keyed = ml.Transforms.Conversion.MapValueToKey("Label", keyData: keys).Fit(labelled.Test).Transform(labelled.Test);
        var metrics = ml.MulticlassClassification.Evaluate(task.To(options.Device).Transform(keyed));
        return labelled.F1Of is { } label ? F1(metrics.ConfusionMatrix, task.Names.ToList().IndexOf(label)) : metrics.MicroAccuracy;
    }

    /// <summary>The score of the answer that is most frequent in the labelled rows, given everywhere.</summary>
    public static double Floor(TaskData labelled)
    {
        if (labelled.F1Of is not null) return 0;
        using var cursor = labelled.Test.GetRowCursor([labelled.Test.Schema["Label"]]);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(labelled.Test.Schema["Label"]);
        var (label, counts) = (default(ReadOnlyMemory<char>), new Dictionary<string, int>());
        while (cursor.MoveNext())
        {
            getter(ref label);
            counts[label.ToString()] = counts.GetValueOrDefault(label.ToString()) + 1;
        }
        return (double)counts.Values.Max() / counts.Values.Sum();
    }

    private static double F1(ConfusionMatrix matrix, int label)
    {
        double hits = matrix.GetCountForClassPair(label, label);
        double given = 0, right = 0;
        for (var other = 0; other < matrix.NumberOfClasses; other++)
        {
            given += matrix.GetCountForClassPair(label, other);
            right += matrix.GetCountForClassPair(other, label);
        }
        return given + right > 0 ? 2 * hits / (given + right) : 0;
    }

    private static int VocabularySize(LanguageData language) => ((Tokenization.TextTokenizer)language.Tokenizer).VocabularySize;
}

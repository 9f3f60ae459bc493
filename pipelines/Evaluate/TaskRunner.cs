using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>
/// Runs a model over tasks. Rows go in fixed batches, so that a run gives the same numbers whether or not it was interrupted.
/// </summary>
/// <param name="ml">The context.</param>
/// <param name="model">The model.</param>
/// <param name="journal">Samples so far; new ones are added.</param>
/// <param name="limit">Most rows of a task; null = all.</param>
/// <param name="progress">Told the rows done.</param>
/// <param name="cancellation">Stops between two batches.</param>
public sealed class TaskRunner(
    MLContext ml,
    LanguageModel model,
    SampleJournal journal,
    long? limit,
    Action<long>? progress = null,
    CancellationToken cancellation = default)
{
    /// <summary>Rows that are computed together.</summary>
    public const int BatchRows = 32;

    /// <summary>Runs one task.</summary>
    public TaskResult Run(EvaluationTask task) =>
        task.Benchmark.Shape == BenchmarkShape.MultipleChoice ? RunChoices(task) : RunGeneration(task);

    private TaskResult RunChoices(EvaluationTask task)
    {
        var choices = task.Benchmark.Choices;
        var step = ml.LanguageModels().ScoreChoices(model, new ScoreChoicesOptions { Choices = choices });
        var rows = new List<(ChoiceRow Row, SampleRecord Sample)>();
        foreach (var batch in Rows<ChoiceRow>(task.Rows))
        {
            rows.AddRange(Samples(batch, row => ["choices", row.Prompt, .. row.Continuations], missing =>
                ml.Data.CreateEnumerable<ScoredRow>(step.Fit(missing).Transform(missing), reuseRowObject: false).Select(row =>
                    new SampleRecord { Request = "", Task = task.Name, LogLikelihoods = row.LogLikelihoods, CutTokens = row.CutTokens })));
            progress?.Invoke(rows.Count);
        }
        var judged = rows.Where(r => r.Row.AnswerIndex >= 0).ToList();
        if (judged.Count == 0) throw new InvalidDataException($"Task '{task.Name}': no row of split '{task.Split}' has an answer.");
        return new TaskResult
        {
            Task = task.Name,
            Split = task.Split,
            Shares =
            [
                new("acc", Accuracy(judged, ChoiceNormalization.None, choices), judged.Count),
                new("acc_norm", Accuracy(judged, ChoiceNormalization.Characters, choices), judged.Count),
            ],
            Chance = judged.Average(r => 1.0 / r.Row.Continuations.Length),
            Rows = rows.Count,
            Unanswered = rows.Count - judged.Count,
            Cut = rows.Count(r => r.Sample.CutTokens > 0),
        };
    }

    // ML.NET's own evaluator decides, over the probabilities that ScoreChoices would give.
    private double Accuracy(IEnumerable<(ChoiceRow Row, SampleRecord Sample)> rows, ChoiceNormalization normalization, int choices)
    {
        var schema = SchemaDefinition.Create(typeof(JudgedRow));
        schema[nameof(JudgedRow.Label)].ColumnType = new KeyDataViewType(typeof(uint), choices);
        schema[nameof(JudgedRow.PredictedLabel)].ColumnType = new KeyDataViewType(typeof(uint), choices);
        schema[nameof(JudgedRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, choices);
        var judged = rows.Select(r =>
        {
            var compared = ChoiceMath.Normalised([.. r.Sample.LogLikelihoods!.Select(l => (double)l)], r.Row.Continuations, normalization);
            return new JudgedRow
            {
                Label = (uint)r.Row.AnswerIndex,
                PredictedLabel = (uint)ChoiceMath.Best(compared),
                Score = ChoiceMath.Probabilities(compared, choices),
            };
        });
        return ml.MulticlassClassification.Evaluate(ml.Data.LoadFromEnumerable(judged.ToList(), schema)).MicroAccuracy;
    }

    private TaskResult RunGeneration(EvaluationTask task)
    {
        var grader = Grader.Of(task.Benchmark);
        var options = new GenerationOptions
        {
            TextColumn = nameof(GenerationRow.Prompt), MaxTokens = grader.MaxTokens, StopTexts = grader.StopTexts, BatchRows = BatchRows,
        };
        var step = ml.LanguageModels().Generate(model, options);
        string[] settings = ["generate", $"{options.MaxTokens}", .. options.StopTexts];
        var (rows, right, cut) = (0L, 0L, 0L);
        foreach (var batch in Rows<GenerationRow>(task.Rows))
        {
            var samples = Samples(batch, row => [.. settings, row.Prompt], missing =>
                ml.Data.CreateEnumerable<GeneratedRow>(step.Fit(missing).Transform(missing), reuseRowObject: false).Select(row =>
                    new SampleRecord { Request = "", Task = task.Name, Text = row.Generated, CutTokens = row.CutTokens }));
            foreach (var (row, sample) in samples)
            {
                rows++;
                if (grader.IsRight(sample.Text!, row.Answer)) right++;
                if (sample.CutTokens > 0) cut++;
            }
            progress?.Invoke(rows);
        }
        return new TaskResult
        {
            Task = task.Name, Split = task.Split, Shares = [new($"exact match ({grader.Name})", (double)right / rows, rows)],
            Rows = rows, Unanswered = 0, Cut = cut,
        };
    }

    private IEnumerable<TRow[]> Rows<TRow>(IDataView view)
        where TRow : class, new()
    {
        var rows = limit is { } most ? ml.Data.TakeRows(view, most) : view;
        return ml.Data.CreateEnumerable<TRow>(rows, reuseRowObject: false).Chunk(BatchRows);
    }

    // A batch with any new row is computed whole: who else is in a batch may change a result's last digit.
    private List<(TRow Row, SampleRecord Sample)> Samples<TRow>(
        TRow[] batch, Func<TRow, IEnumerable<string>> request, Func<IDataView, IEnumerable<SampleRecord>> compute)
        where TRow : class
    {
        cancellation.ThrowIfCancellationRequested();
        var names = batch.Select(row => SampleJournal.Request(request(row).Prepend(model.Fingerprint))).ToList();
        if (names.Exists(name => journal.Find(name) is null))
        {
            foreach (var (name, sample) in names.Zip(compute(ml.Data.LoadFromEnumerable(batch))))
                journal.Add(sample with { Request = name });
            journal.Flush();
        }
        return [.. batch.Zip(names, (row, name) => (row, journal.Find(name)!))];
    }

    private sealed class ScoredRow
    {
        public float[] LogLikelihoods { get; set; } = [];

        public int CutTokens { get; set; }
    }

    private sealed class GeneratedRow
    {
        public string Generated { get; set; } = "";

        public int CutTokens { get; set; }
    }

    private sealed class JudgedRow
    {
        public uint Label { get; set; }

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}

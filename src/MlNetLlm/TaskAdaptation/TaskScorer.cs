using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using static TorchSharp.torch;

namespace MlNetLlm.TaskAdaptation;

/// <summary>A task's answers: rows to sequences of similar length to probabilities, back in the rows' order.</summary>
internal sealed class TaskScorer(LanguageModel model, TaskHead head, AdaptToTaskOptions options, int classes)
{
    private readonly TaskSequences _encoder = new(model, options, classes);

    /// <summary>One answer a row, in the same order.</summary>
    public IReadOnlyList<TaskPrediction> Score(IReadOnlyList<TaskRow> rows)
    {
        var items = _encoder.Of(rows.Select(row => (row, -1))).Chunk(_encoder.RowsPerItem).ToList();
        var results = new TaskPrediction[rows.Count];
        foreach (var batch in items.OrderBy(item => item.Max(sequence => sequence.Tokens.Length)).Chunk(options.BatchSize))
            Run([.. batch.SelectMany(item => item)], rows, results);
        return results;
    }

    private void Run(TaskSequence[] batch, IReadOnlyList<TaskRow> rows, TaskPrediction[] results)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var time = batch.Max(sequence => sequence.Tokens.Length);
        var tokens = new long[batch.Length * time];
        var places = new List<long>();
        for (var r = 0; r < batch.Length; r++)
        {
            for (var t = 0; t < batch[r].Tokens.Length; t++)
                tokens[r * time + t] = batch[r].Tokens[t];
            places.AddRange(batch[r].Answers.Select(answer => (long)r * time + answer.Place));
        }
        var device = model.Module.TokenEmbedding.device;
        var lengths = batch.All(sequence => sequence.Tokens.Length == time)
            ? null
            : tensor(batch.Select(sequence => (long)sequence.Tokens.Length).ToArray(), device: device);
        var hidden = model.Module.Hidden(
            tensor(tokens, [batch.Length, time], device: device), new ForwardOptions { Lengths = lengths });        // (batch, time, width)
        var h = hidden.reshape(-1, model.Config.Width).index_select(0, tensor(places.ToArray(), device: device));   // (answers, width)
        var logits = head.call(h).to(ScalarType.Float64).cpu().data<double>().ToArray();                           // (answers · outputs)
        Spread(logits, [.. batch.SelectMany(sequence => sequence.Answers)], rows, results);
    }

    private void Spread(double[] logits, TaskAnswer[] answers, IReadOnlyList<TaskRow> rows, TaskPrediction[] results)
    {
        var bad = Array.FindIndex(logits, value => !double.IsFinite(value));
        if (bad >= 0)
            throw new InvalidOperationException($"A score is {logits[bad]}: the model's weights are broken.");
        for (var i = 0; i < answers.Length; i += _encoder.RowsPerItem)
        {
            var row = answers[i].Row;
            var there = options.Task == TaskKind.MultipleChoice ? rows[row].Choices.Count : classes;
            var from = options.Task == TaskKind.MultipleChoice ? i : i * classes;
            var own = logits[from..(from + there)];
            results[row] = new TaskPrediction(ChoiceMath.Probabilities(own, classes), ChoiceMath.Best(own));
        }
    }
}

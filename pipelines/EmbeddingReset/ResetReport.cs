using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Writes down what was measured: means over seeds with their standard error, by section and arm.</summary>
internal static class ResetReport
{
    /// <summary>The metric that names the factor on the embeddings' rate an arm was trained with.</summary>
    public const string ChosenRate = "embedding rate chosen, x body rate";

    private const string First = "first language";
    private const string New = "new language";
    private const string Loss = "masked-token loss, nats";

    public static void Write(SectionResult section, RunRecord record)
    {
        var name = section.Options.Name;
        foreach (var trials in section.Options.RatesOf is null ? section.Rates : [])
        {
            record.Add(new RunMetric($"{name}/{trials.Arm}", ChosenRate, null, trials.Chosen));
            foreach (var (rate, loss) in trials.Losses)
                record.Add(new RunMetric($"{name}/{trials.Arm}, embedding rate x {rate} on trial", Loss, First, loss));
        }
        foreach (var arm in section.Options.Arms)
        {
            var called = $"{name}/{arm}";
            var bodies = section.Bodies.Where(body => body.Arm == arm).ToList();
            Add(record, called, Loss, First, bodies.Select(body => body.ValidationLoss));
            foreach (var task in section.Options.Tasks)
                Add(record, $"{called}, {task}", "score", First, bodies.Select(body => body.Scores[task]));
            record.Add(new RunMetric(called, "body parameters", null, bodies[0].Parameters));
            var relearning = section.Options.Relearning;
            foreach (var update in arm == ResetArms.RandomBody ? [] : relearning.ScoreAfter.Where(update => update < relearning.Updates))
                Add(record, called, $"share of the final score, update {update}", New,
                    Endpoints.ShareOfFinal(section, arm, update).Values);
            if (arm == ResetArms.Forgetting)
            {
                var recoveries = Endpoints.Recoveries(section).Values;
                Add(record, called, "updates to recover, first third of the episodes", First, recoveries.Select(value => value.First));
                Add(record, called, "updates to recover, last third of the episodes", First, recoveries.Select(value => value.Last));
            }
            Cells(section, arm, called, record);
        }
    }

    private static void Cells(SectionResult section, string arm, string called, RunRecord record)
    {
        var (early, last) = (Endpoints.EarlyUpdate(section.Options.Relearning), section.Options.Relearning.Updates);
        foreach (var cells in section.Cells.Where(cell => cell.Arm == arm).GroupBy(cell => (cell.Language, cell.Tokens)))
        {
            foreach (var task in section.Options.Tasks)
            {
                var row = $"{called}, {task}, {cells.Key.Language}, {cells.Key.Tokens} tokens";
                Add(record, row, $"score, update {early}", New, At(early));
                Add(record, row, $"score, update {last}", New, At(last));
                Add(record, row, "floor", New, cells.Select(cell => cell.Floors[task]));
                Add(record, row, "rows shuffled", New, cells.Select(cell => cell.ShuffledRows[task]));
                Add(record, row, "another seed's body", New,
                    cells.Where(cell => cell.SwappedBody is not null).Select(cell => cell.SwappedBody![task]));

                IEnumerable<double> At(int update) => cells.SelectMany(cell => cell.Scores)
                    .Where(score => score.Task == task && score.Update == update).Select(score => score.Accuracy);
            }
        }
    }

    private static void Add(RunRecord record, string arm, string name, string split, IEnumerable<double> values)
    {
        var list = values.ToList();
        if (list.Count == 0) return;
        var mean = list.Average();
        var squares = list.Sum(value => (value - mean) * (value - mean));
        double? error = list.Count < 2 ? null : Math.Sqrt(squares / (list.Count - 1) / list.Count);
        record.Add(new RunMetric(arm, name, split, mean, error, list.Count));
    }
}

using System.Globalization;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>Prints an evaluation: a row a task and share, and under it what the figures do not say.</summary>
internal static class EvaluationTable
{
    public static void Print(IAnsiConsole console, IReadOnlyList<TaskResult> results)
    {
        var table = new Table().Border(TableBorder.Rounded)
            .AddColumns("task", "split", "measure", "rows", "value", "95 % interval", "chance");
        foreach (var result in results)
        {
            foreach (var share in result.Shares)
            {
                var (value, interval) = (share.Value, share.Interval);
                var error = share.StandardError is { } se ? string.Create(CultureInfo.InvariantCulture, $" ± {se:F3}") : "";
                table.AddRow(
                    Markup.Escape(result.Task), Markup.Escape(result.Split), Markup.Escape(share.Name),
                    share.Rows.ToString("N0", CultureInfo.InvariantCulture),
                    string.Create(CultureInfo.InvariantCulture, $"{value:F3}{error}"),
                    string.Create(CultureInfo.InvariantCulture, $"{interval.Lower:F3} to {interval.Upper:F3}"),
                    result.Chance is { } chance ? string.Create(CultureInfo.InvariantCulture, $"{chance:F3}") : "–");
            }
        }
        console.Write(table);
        foreach (var line in results.SelectMany(Notes)) console.WriteLine(line);
    }

    /// <summary>What the figures do not say.</summary>
    internal static IEnumerable<string> Notes(TaskResult result)
    {
        if (result is { Chance: { } chance, Verdict: { } verdict })
        {
            var holds = result.Shares[0].Interval.Contains(chance) ? "holds" : "does not hold";
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{result.Task}: {verdict}; the interval of {result.Shares[0].Name} {holds} the chance level {chance:F3}.");
        }
        if (result.Unanswered > 0)
            yield return $"{result.Task}: {result.Unanswered} of {result.Rows} rows have no right answer and do not count.";
        if (result.Cut > 0)
            yield return $"{result.Task}: {result.Cut} of {result.Rows} prompts were longer than the model's context and lost their start.";
    }
}

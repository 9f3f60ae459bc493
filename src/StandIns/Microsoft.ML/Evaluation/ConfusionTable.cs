using System.Text;

namespace Microsoft.ML.Data;

// The text table of a confusion matrix: truth in the rows, predictions in the columns, recall at the right, precision below.
internal static class ConfusionTable
{
    private const int HeaderWidth = 9; // "PREDICTED", "Precision"

    public static string Format(ConfusionMatrix matrix, IReadOnlyList<string> classNames, bool binary)
    {
        var classes = matrix.NumberOfClasses;
        var columnWidth = classes == 2 ? 8 : 5;
        var longest = classNames.Max(name => name.Length);
        var numbered = longest > columnWidth;    // names too long for a column: the header shows numbers, the rows "number. name"
        var digits = numbered ? (classes - 1).ToString().Length : 0;
        var rowWidth = Math.Max(HeaderWidth, longest + (numbered ? digits + 2 : 0));
        var rule = string.Concat(Enumerable.Repeat(classes > 2 ? "========" : "===========", classes));

        var text = new StringBuilder();
        if (binary && classes == 2)
            AppendPositiveRatio(text, matrix, classNames[0]);
        text.AppendLine().AppendLine("Confusion table");
        text.Append(' ', rowWidth).Append(" ||").AppendLine(rule);
        text.Append("PREDICTED".PadRight(rowWidth)).Append(" ||");
        for (var i = 0; i < classes; i++)
            text.Append(' ').Append((numbered ? i.ToString() : classNames[i]).PadLeft(columnWidth)).Append(" |");
        text.AppendLine(" Recall");
        text.Append("TRUTH".PadRight(rowWidth)).Append(" ||").AppendLine(rule);
        for (var i = 0; i < classes; i++)
            AppendRow(text, matrix, i, RowName(i), columnWidth);
        text.Append(' ', rowWidth).Append(" ||").AppendLine(rule);
        text.Append("Precision".PadRight(rowWidth)).Append(" ||");
        foreach (var precision in matrix.PerClassPrecision)
            text.Append($"{precision:N4}".PadLeft(columnWidth + 1)).Append(" |");
        return text.AppendLine().ToString();

        string RowName(int i) => numbered
            ? i.ToString().PadLeft(digits) + ". " + classNames[i].PadLeft(rowWidth - digits - 2)
            : classNames[i].PadLeft(rowWidth);
    }

    private static void AppendPositiveRatio(StringBuilder text, ConfusionMatrix matrix, string positive)
    {
        var positives = matrix.Counts[0].Sum();
        var negatives = matrix.Counts[1].Sum();
        var ratio = positives / (positives + negatives);
        text.Append($"TEST {positive.ToUpper()} RATIO:\t{ratio:N4} ({positives:F1}/({positives:F1}+{negatives:F1}))");
    }

    private static void AppendRow(StringBuilder text, ConfusionMatrix matrix, int row, string name, int columnWidth)
    {
        text.Append(name).Append(" ||");
        foreach (var count in matrix.Counts[row])
            text.Append(' ').Append($"{count:N0}".PadLeft(columnWidth)).Append(" |");
        text.AppendLine($" {matrix.PerClassRecall[row],5:F4}");
    }
}

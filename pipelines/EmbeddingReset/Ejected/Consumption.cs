// Uses a saved model as any ML.NET model: dotnet run -- use AF-tagging-d2-480.zip < d2.txt, a text a line in the words of its
// language. A model of words answers for every word, one of texts for the whole line.
using Microsoft.ML;
using Microsoft.ML.Data;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine("dotnet run trains; dotnet run -- use MODEL.zip labels texts, one a line on standard input.");
        return 2;
    }

    public static int Answer(string file)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(file, out var schema);
        var words = schema.GetColumnOrNull("Start") is not null;
        var rows = new List<Row>();
        while (Console.ReadLine() is { } line)
            for (var start = 0; start >= 0 && start < line.Length; start = Next(line, start))
            {
                rows.Add(new Row { Text = line, Start = start });
                if (!words) break;
            }
        var answered = model.Transform(ml.Data.LoadFromEnumerable(rows));
        var named = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(answered).Transform(answered);
        foreach (var (row, label) in rows.Zip(named.GetColumn<string>("PredictedLabel")))
            Console.WriteLine($"{(words ? row.Text[row.Start..].Split(' ')[0] : row.Text)}\t{label}");
        return 0;
    }

    private static int Next(string line, int start) => line.IndexOf(' ', start) is >= 0 and var space ? space + 1 : -1;

    private sealed class Row
    {
        public string Text { get; set; } = "";

        public int Start { get; set; }
    }
}

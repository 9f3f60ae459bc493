// Uses the saved student as any ML.NET model: dotnet run -- use steered.zip, with a text a line on standard input, writes on from each with
// the concept raised.
using Microsoft.ML;
using Microsoft.ML.Data;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine("dotnet run trains; dotnet run -- use steered.zip writes on from texts, one a line on standard input.");
        return 2;
    }

    public static int Continue(string file)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(file, out _);
        var rows = new List<Row>();
        while (Console.ReadLine() is { } line) rows.Add(new Row { Text = line });
        var written = model.Transform(ml.Data.LoadFromEnumerable(rows));
        foreach (var text in written.GetColumn<string>("Generated")) Console.WriteLine(text.ReplaceLineEndings(" "));
        return 0;
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}

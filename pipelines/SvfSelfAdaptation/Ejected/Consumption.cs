// Uses a saved arm as any ML.NET model: dotnet run -- use svf-mlp.zip, with lines of text on standard input.
using Microsoft.ML;
using Microsoft.ML.Data;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine("dotnet run trains every arm; dotnet run -- use ARM.zip scores lines of text on standard input.");
        return 2;
    }

    public static int Score(string file)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(file, out _);
        var rows = new List<Row>();
        while (Console.ReadLine() is { } line) rows.Add(new Row { Text = line });
        var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
        foreach (var nats in scored.GetColumn<double>("NegativeLogLikelihood")) Console.WriteLine(nats);
        return 0;
    }

    private sealed class Row
    {
        public string Text { get; set; } = "";
    }
}

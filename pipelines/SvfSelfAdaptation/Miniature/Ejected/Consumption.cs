// Uses the self-adapting model as any ML.NET model: dotnet run -- use self-adapting.zip, with a question a line on standard input, such as
// those of the files. Says which expert answered, and the answer.
using Microsoft.ML;
using Microsoft.ML.Data;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine("dotnet run trains; dotnet run -- use self-adapting.zip answers questions, one a line on standard input.");
        return 2;
    }

    public static int Answer(string file)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(file, out _);
        var rows = new List<Row>();
        while (Console.ReadLine() is { } line) rows.Add(new Row { Prompt = line });
        var answered = model.Transform(ml.Data.LoadFromEnumerable(rows));
        foreach (var (expert, answer) in answered.GetColumn<string>("Expert").Zip(answered.GetColumn<string>("Answer")))
            Console.WriteLine($"{expert}\t{answer}");
        return 0;
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";
    }
}

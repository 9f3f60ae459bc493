using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>A row of six features, for a saved probe.</summary>
public sealed class ProbeRow
{
    [VectorType(6)]
    public float[] Features { get; set; } = [];

    /// <summary>Loads a model file with ML.NET's own API alone, and prints class and probabilities of the rows of standard input.</summary>
    public static int Print(string file)
    {
        var ml = new MLContext(1);
        var model = ml.Model.Load(file, out _);
        var rows = new List<ProbeRow>();
        while (Console.ReadLine() is { } line)
            rows.Add(new() { Features = [.. line.Split(' ').Select(number => float.Parse(number, CultureInfo.InvariantCulture))] });
        var scored = model.Transform(ml.Data.LoadFromEnumerable(rows));
        scored = ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored).Transform(scored);
        foreach (var (name, scores) in scored.GetColumn<string>("PredictedLabel").Zip(scored.GetColumn<float[]>("Score")))
            Console.WriteLine($"{name} {string.Join(" ", scores.Select(score => score.ToString("F4", CultureInfo.InvariantCulture)))}");
        return 0;
    }
}

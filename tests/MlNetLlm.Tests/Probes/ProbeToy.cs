using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Tests.Probes;

/// <summary>Small rows with features, two labels and a group.</summary>
internal static class ProbeToy
{
    public const int Size = 6;

    public sealed class Row
    {
        [VectorType(Size)]
        public float[] Features { get; set; } = [];

        public string Direction { get; set; } = "";

        public int Ahead { get; set; }

        public string Program { get; set; } = "";
    }

    private static readonly string[] _directions = ["N", "E", "S", "W"];

    /// <summary>Features that hold the direction on two axes and what is ahead on a third, with little noise.</summary>
    public static List<Row> Planted(int count, int seed) => Rows(count, seed, (direction, ahead, noise) =>
    {
        var row = noise.Select(value => 0.2f * value).ToArray();
        row[direction % 2] += direction < 2 ? 2 : -2;
        row[2] += ahead == 0 ? 1 : -1;
        return row;
    });

    /// <summary>Features that know nothing.</summary>
    public static List<Row> Blind(int count, int seed) => Rows(count, seed, (_, _, noise) => noise);

    /// <summary>The direction as a one-hot vector.</summary>
    public static List<Row> OneHot(int count, int seed) => Rows(count, seed, (direction, _, _) =>
        [.. Enumerable.Range(0, Size).Select(slot => slot == direction ? 1f : 0)]);

    /// <summary>Features whose signs tell what is ahead only together: exclusive or, which no linear probe reads.</summary>
    public static List<Row> ExclusiveOr(int count, int seed) => Rows(count, seed, (direction, ahead, noise) =>
    {
        var row = noise.Select(value => 0.2f * value).ToArray();
        row[0] += direction % 2 == 0 ? 1 : -1;
        row[1] += direction % 2 == ahead ? 1 : -1;
        return row;
    });

    /// <summary>The rows with Label as a key of the directions and Side as a key of what is ahead.</summary>
    public static IDataView View(MLContext ml, IEnumerable<Row> rows)
    {
        var view = ml.Data.LoadFromEnumerable(rows.ToList());
        var directions = ml.Data.LoadFromEnumerable(_directions.Select(value => new { Value = value }));
        var sides = ml.Data.LoadFromEnumerable(new[] { 0, 1 }.Select(value => new { Value = value }));
        return ml.Transforms.Conversion.MapValueToKey("Label", nameof(Row.Direction), keyData: directions)
            .Append(ml.Transforms.Conversion.MapValueToKey("Side", nameof(Row.Ahead), keyData: sides)).Fit(view).Transform(view);
    }

    private static List<Row> Rows(int count, int seed, Func<int, int, float[], float[]> features)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var (direction, ahead) = (random.Next(4), random.Next(10) < 7 ? 0 : 1);
            var noise = Enumerable.Range(0, Size).Select(_ => (float)(random.NextDouble() + random.NextDouble() - 1) * 2).ToArray();
            return new Row
            {
                Features = features(direction, ahead, noise), Direction = _directions[direction], Ahead = ahead, Program = $"p{i / 4}",
            };
        })];
    }
}

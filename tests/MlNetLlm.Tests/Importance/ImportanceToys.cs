using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Tests.Importance;

/// <summary>Questions of two data sets in the letters of the toy model.</summary>
internal static class ImportanceToys
{
    public sealed class Row
    {
        public string DataSet { get; set; } = "";

        public string Prompt { get; set; } = "";

        public string[] Continuations { get; set; } = [];

        public string Answer { get; set; } = "";

        /// <summary>From 0, as ML.NET takes keys from memory; 3 is missing.</summary>
        [KeyType(3)]
        public uint Label { get; set; }
    }

    /// <summary>Rows of the data sets in turn: prompts of 3 to 6 letters, three choices, the right one told twice.</summary>
    public static IReadOnlyList<Row> Rows(int perSet = 10, int seed = 7, params string[] sets)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, perSet).SelectMany(_ => (sets is [] ? ["one", "two"] : sets).Select(set =>
        {
            var label = random.Next(3);
            return new Row
            {
                DataSet = set, Prompt = Word(random), Continuations = ["a", "c", "g"], Answer = "acg"[label].ToString(),
                Label = (uint)label,
            };
        }))];
    }

    public static IDataView View(IEnumerable<Row> rows) => new MLContext(1).Data.LoadFromEnumerable(rows);

    private static string Word(Random random) =>
        new([.. Enumerable.Range(0, random.Next(3, 7)).Select(_ => (char)('a' + random.Next(8)))]);
}

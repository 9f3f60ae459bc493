using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

/// <summary>Rows and views that several tests read.</summary>
internal static class ToyData
{
    public static IDataView Numbers(this MLContext ml, int count, int groups = 10) =>
        ml.Data.LoadFromEnumerable(Enumerable.Range(0, count).Select(i => new NumberRow { Number = i, Group = $"g{i % groups}" }).ToList());

    public static IDataView Words(this MLContext ml, params string[] words) =>
        ml.Data.LoadFromEnumerable(words.Select(word => new WordRow { Word = word }).ToList());

    public static IDataView Floats(this MLContext ml, params float[] values) =>
        ml.Data.LoadFromEnumerable(values.Select(value => new FloatRow { Value = value }).ToList());

    public static IDataView Vectors(this MLContext ml, params float[][] values) =>
        ml.Data.LoadFromEnumerable(values.Select(value => new VectorRow { Features = value }).ToList());

    public static int[] NumbersOf(this IDataView data) => data.GetColumn<int>("Number").ToArray();

    public static T[] AnnotationOf<T>(this DataViewSchema.Column column, string kind)
    {
        VBuffer<T> values = default;
        column.Annotations.GetValue(kind, ref values);
        return values.DenseValues().ToArray();
    }

    public static string[] TextAnnotationOf(this DataViewSchema.Column column, string kind) =>
        column.AnnotationOf<ReadOnlyMemory<char>>(kind).Select(text => text.ToString()).ToArray();

    internal sealed class NumberRow
    {
        public int Number { get; set; }

        public string Group { get; set; } = "";
    }

    internal sealed class WordRow
    {
        public string Word { get; set; } = "";
    }

    internal sealed class FloatRow
    {
        public float Value { get; set; }
    }

    internal sealed class VectorRow
    {
        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}

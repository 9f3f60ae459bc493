using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Tests.Mapping;

/// <summary>Computes column "x2" of "x1" and so on, twice the value plus the step's number, and counts the rows that it computed.</summary>
internal sealed class CountedStep(int number, int rowsAhead) : RowTransformer<float, float>
{
    public int Computed { get; private set; }

    internal override int RowsAhead => rowsAhead;

    public static string Column(int number) => $"x{number}";

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) => [schema[Column(number - 1)]];

    internal override Func<float> Reader(DataViewRow row)
    {
        var getter = row.GetGetter<float>(row.Schema[Column(number - 1)]);
        var value = 0f;
        return () =>
        {
            getter(ref value);
            return value;
        };
    }

    internal override IReadOnlyList<OutputColumn<float>> OutputColumns(DataViewSchema schema) =>
        [OutputColumn<float>.Of(Column(number), NumberDataViewType.Single, value => value)];

    internal override IReadOnlyList<float> Compute(IReadOnlyList<float> rows)
    {
        Computed += rows.Count;
        return [.. rows.Select(value => 2 * value + number)];
    }

    private protected override void Save(ModelSaveContext ctx) => throw new NotSupportedException();
}

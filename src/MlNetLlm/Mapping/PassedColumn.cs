using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>The values of one column in the rows of a batch, copied from a cursor that has gone on since.</summary>
internal abstract class PassedColumn
{
    /// <summary>Makes place for a column's values.</summary>
    /// <param name="row">The cursor to copy from; the column is active in it.</param>
    /// <param name="column">The column.</param>
    /// <param name="rows">Rows of a batch at most.</param>
    public static PassedColumn Of(DataViewRow row, DataViewSchema.Column column, int rows)
    {
        var type = column.Type is VectorDataViewType vector
            ? typeof(PassedVectors<>).MakeGenericType(vector.ItemType.RawType)
            : typeof(PassedValues<>).MakeGenericType(column.Type.RawType);
        return (PassedColumn)Activator.CreateInstance(type, row, column, rows)!;
    }

    /// <summary>Copies the cursor's value of its row.</summary>
    /// <param name="place">The row's place in the batch.</param>
    public abstract void Copy(int place);

    /// <summary>A ValueGetter of the value at the place that is asked for.</summary>
    public abstract Delegate Getter(Func<int> place);
}

/// <summary>Values that hold nothing which a reader could write to.</summary>
internal sealed class PassedValues<TValue>(DataViewRow row, DataViewSchema.Column column, int rows) : PassedColumn
{
    private readonly ValueGetter<TValue> _read = row.GetGetter<TValue>(column);
    private readonly TValue[] _values = new TValue[rows];

    public override void Copy(int place) => _read(ref _values[place]);

    public override Delegate Getter(Func<int> place) => (ValueGetter<TValue>)((ref TValue target) => target = _values[place()]);
}

/// <summary>Vectors, whose numbers go into the reader's own memory: it may write to what it was given.</summary>
internal sealed class PassedVectors<TItem>(DataViewRow row, DataViewSchema.Column column, int rows) : PassedColumn
{
    private readonly ValueGetter<VBuffer<TItem>> _read = row.GetGetter<VBuffer<TItem>>(column);
    private readonly VBuffer<TItem>[] _values = new VBuffer<TItem>[rows];

    public override void Copy(int place) => _read(ref _values[place]);

    public override Delegate Getter(Func<int> place) =>
        (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> target) => _values[place()].CopyTo(ref target));
}

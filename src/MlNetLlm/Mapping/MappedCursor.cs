using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// The cursor of a <see cref="MappedDataView{TInput, TOutput}"/> of which a computed column is read. It reads a batch of rows, computes
/// them, and hands them out one by one; of the columns that are passed on it keeps the batch's values meanwhile.
/// </summary>
internal sealed class MappedCursor<TInput, TOutput> : DataViewRowCursor
{
    private readonly RowMapping<TInput, TOutput> _mapping;
    private readonly DataViewRowCursor _input;
    private readonly IReadOnlySet<int> _active;
    private readonly Func<TInput> _read;
    private readonly ValueGetter<DataViewRowId> _id;
    private readonly Dictionary<int, PassedColumn> _passed;
    private readonly List<(long Position, long Batch, DataViewRowId Id)> _places = [];
    private IReadOnlyList<TOutput> _computed = [];
    private int _at = -1;
    private bool _ended;

    /// <param name="mapping">What is computed.</param>
    /// <param name="input">The input's rows, with the active columns and those that the computation reads; owned.</param>
    /// <param name="active">The columns, by number, that may be read.</param>
    public MappedCursor(RowMapping<TInput, TOutput> mapping, DataViewRowCursor input, IReadOnlySet<int> active)
    {
        (_mapping, _input, _active) = (mapping, input, active);
        _read = mapping.Transformer.Reader(input);
        _id = input.GetIdGetter();
        _passed = active.Where(index => index < mapping.InputSchema.Count)
            .ToDictionary(index => index, index => PassedColumn.Of(input, mapping.InputSchema[index], mapping.Transformer.RowsAhead));
    }

    public override DataViewSchema Schema => _mapping.OutputSchema;

    public override long Position => _at < 0 ? -1 : _places[_at].Position;

    public override long Batch => _at < 0 ? 0 : _places[_at].Batch;

    public override bool MoveNext()
    {
        if (_ended) return false;
        if (++_at == _computed.Count) ComputeBatch();
        _ended = _computed.Count == 0;
        return !_ended;
    }

    public override bool IsColumnActive(DataViewSchema.Column column) => _active.Contains(column.Index);

    public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
    {
        RowMapping<TInput, TOutput>.RequireActive(_active, column);
        return _passed.TryGetValue(column.Index, out var passed)
            ? RowMapping<TInput, TOutput>.Typed<TValue>(passed.Getter(Place), column)
            : _mapping.AddedGetter<TValue>(column, () => _computed[Place()]);
    }

    public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = _places[Place()].Id;

    protected override void Dispose(bool disposing)
    {
        if (disposing) _input.Dispose();
        base.Dispose(disposing);
    }

    private int Place() => _at >= 0 && !_ended
        ? _at : throw new InvalidOperationException("There is no row: MoveNext was not called yet, or returned false.");

    private void ComputeBatch()
    {
        _places.Clear();
        _at = -1;
        var rows = new List<TInput>();
        var id = default(DataViewRowId);
        while (rows.Count < _mapping.Transformer.RowsAhead && _input.MoveNext())
        {
            foreach (var column in _passed.Values) column.Copy(rows.Count);
            _id(ref id);
            _places.Add((_input.Position, _input.Batch, id));
            rows.Add(_read());
        }
        _computed = rows.Count == 0 ? [] : _mapping.Transformer.Compute(rows);
        _at = rows.Count == 0 ? -1 : 0;
    }
}

namespace Microsoft.ML.Data;

/// <summary>Keeps columns in memory once they have been read; each is read from the source only when first needed.</summary>
internal sealed class CacheView : ViewBase
{
    private readonly IDataView _input;
    private readonly ColumnStore[] _stores;
    private readonly Lock _filling = new();
    private long _count = -1;

    public CacheView(IDataView input) : base(input.Schema)
    {
        _input = input;
        _stores = new ColumnStore[input.Schema.Count];
    }

    public override bool CanShuffle => true;

    public override long? GetRowCount() => _count >= 0 ? _count : _input.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Active(columnsNeeded);
        Fill(active);
        return new Cursor(this, active, rand);
    }

    internal void Fill(bool[] active)
    {
        lock (_filling)
        {
            var missing = Schema.Where(column => active[column.Index] && _stores[column.Index] == null).ToArray();
            if (missing.Length == 0 && _count >= 0)
                return;
            using var cursor = _input.GetRowCursor(missing);
            var stores = Array.ConvertAll(missing, column =>
                DataViewTypes.CallGeneric<ColumnStore>(null, typeof(CacheView), nameof(CreateStore), column.Type.RawType, cursor, column));
            var count = 0L;
            for (; cursor.MoveNext(); count++)
            {
                foreach (var store in stores)
                    store.Add();
            }
            for (var i = 0; i < missing.Length; i++)
                _stores[missing[i].Index] = stores[i];
            _count = count;
        }
    }

    private static ColumnStore CreateStore<T>(DataViewRow row, DataViewSchema.Column column) =>
        column.Type is VectorDataViewType vector
            ? DataViewTypes.CallGeneric<ColumnStore>(
                null, typeof(CacheView), nameof(CreateVectorStore), vector.ItemType.RawType, row, column)
            : new ScalarStore<T>(row.GetGetter<T>(column));

    private static ColumnStore CreateVectorStore<T>(DataViewRow row, DataViewSchema.Column column) =>
        new VectorStore<T>(row.GetGetter<VBuffer<T>>(column));

    private abstract class ColumnStore
    {
        public abstract void Add();

        public abstract Delegate CreateGetter(Cursor cursor);
    }

    private sealed class ScalarStore<T>(ValueGetter<T> source) : ColumnStore
    {
        private readonly List<T> _values = [];

        public override void Add()
        {
            T value = default;
            source(ref value);
            _values.Add(value);
        }

        public override Delegate CreateGetter(Cursor cursor) => (ValueGetter<T>)((ref T value) => value = _values[cursor.Row]);
    }

    private sealed class VectorStore<T>(ValueGetter<VBuffer<T>> source) : ColumnStore
    {
        private readonly List<VBuffer<T>> _values = [];
        private VBuffer<T> _buffer;

        public override void Add()
        {
            source(ref _buffer);
            var values = _buffer.GetValues().ToArray();
            _values.Add(new(_buffer.Length, values.Length, values, _buffer.IsDense ? null : _buffer.GetIndices().ToArray()));
        }

        public override Delegate CreateGetter(Cursor cursor) =>
            (ValueGetter<VBuffer<T>>)((ref VBuffer<T> value) => _values[cursor.Row].CopyTo(ref value));
    }

    private sealed class Cursor(CacheView view, bool[] active, Random rand) : RootCursor(view.Schema, active)
    {
        private readonly int[] _order = rand == null ? null : Shuffled(rand, checked((int)view._count));
        private int _next;

        /// <summary>The place in the cache of the current row.</summary>
        public int Row
        {
            get
            {
                CheckRow();
                return _order == null ? _next - 1 : _order[_next - 1];
            }
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => (ref DataViewRowId id) => id = new((ulong)Row, 0);

        protected override bool MoveNextCore() => _next++ < view._count;

        protected override Delegate CreateGetter(int columnIndex) => view._stores[columnIndex].CreateGetter(this);

        private static int[] Shuffled(Random rand, int count)
        {
            var order = new int[count];
            for (var i = 0; i < count; i++)
                order[i] = i;
            rand.Shuffle(order);
            return order;
        }
    }
}

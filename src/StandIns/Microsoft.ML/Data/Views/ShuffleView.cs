namespace Microsoft.ML.Data;

/// <summary>Rows in random order: from a pool that is refilled as it is drawn from, over a shuffled source where that is
/// possible.</summary>
internal sealed class ShuffleView(IDataView input, int seed, int poolRows, bool shuffleSource) : ViewBase(input.Schema)
{
    public override bool CanShuffle => true;

    public override long? GetRowCount() => input.GetRowCount();

    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null)
    {
        var active = Active(columnsNeeded);
        rand ??= new Random(seed);
        var source = input.GetRowCursor(Schema.Where(column => active[column.Index]), shuffleSource && input.CanShuffle ? rand : null);
        return new Cursor(Schema, active, source, rand, poolRows);
    }

    private sealed class Cursor : RootCursor
    {
        private readonly DataViewRowCursor _source;
        private readonly Random _rand;
        private readonly int _poolRows;
        private readonly Pool[] _pools;
        private readonly Pool<DataViewRowId> _ids;
        private int _filled;
        private int _drawn = -1;

        public Cursor(DataViewSchema schema, bool[] active, DataViewRowCursor source, Random rand, int poolRows) : base(schema, active)
        {
            _source = source;
            _rand = rand;
            _poolRows = poolRows;
            _pools = new Pool[schema.Count];
            foreach (var column in schema.Where(column => active[column.Index]))
                _pools[column.Index] = DataViewTypes.CallGeneric<Pool>(
                    null, typeof(Cursor), nameof(CreatePool), column.Type.RawType, source, column);
            _ids = new(source.GetIdGetter());
        }

        public override ValueGetter<DataViewRowId> GetIdGetter() => _ids.Getter(this);

        protected override bool MoveNextCore()
        {
            if (_drawn >= 0)
                Refill();
            else
                while (_filled < _poolRows && _source.MoveNext())
                    Read(_filled++);
            if (_filled == 0)
                return false;
            _drawn = _rand.Next(_filled);
            return true;
        }

        protected override Delegate CreateGetter(int columnIndex) => _pools[columnIndex].CreateGetter(this);

        protected override void Dispose(bool disposing)
        {
            _source.Dispose();
            base.Dispose(disposing);
        }

        private static Pool CreatePool<T>(DataViewRow row, DataViewSchema.Column column) => new Pool<T>(row.GetGetter<T>(column));

        /// <summary>Puts the next row of the source, or at its end the last of the pool, in the place of the row drawn.</summary>
        private void Refill()
        {
            if (_source.MoveNext())
            {
                Read(_drawn);
                return;
            }
            _filled--;
            foreach (var pool in _pools)
                pool?.Swap(_drawn, _filled);
            _ids.Swap(_drawn, _filled);
        }

        private void Read(int slot)
        {
            foreach (var pool in _pools)
                pool?.Read(slot);
            _ids.Read(slot);
        }

        private abstract class Pool
        {
            public abstract void Read(int slot);

            public abstract void Swap(int slot, int other);

            public abstract Delegate CreateGetter(Cursor cursor);
        }

        private sealed class Pool<T>(ValueGetter<T> source) : Pool
        {
            private T[] _values = new T[16];

            public override void Read(int slot)
            {
                if (slot >= _values.Length)
                    Array.Resize(ref _values, 2 * _values.Length);
                source(ref _values[slot]);
            }

            public override void Swap(int slot, int other) => (_values[slot], _values[other]) = (_values[other], _values[slot]);

            public ValueGetter<T> Getter(Cursor cursor) => (ref T value) =>
            {
                cursor.CheckRow();
                value = _values[cursor._drawn];
            };

            public override Delegate CreateGetter(Cursor cursor) =>
                typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(VBuffer<>)
                    ? DataViewTypes.CallGeneric<Delegate>(
                        null, typeof(Cursor), nameof(VectorGetter), typeof(T).GetGenericArguments()[0], this, cursor)
                    : Getter(cursor);
        }

        /// <summary>A vector must be copied out: the caller may write into what it gets, and the pool goes on using its own.</summary>
        private static ValueGetter<VBuffer<T>> VectorGetter<T>(Pool<VBuffer<T>> pool, Cursor cursor)
        {
            var getter = pool.Getter(cursor);
            return (ref VBuffer<T> value) =>
            {
                VBuffer<T> current = default;
                getter(ref current);
                current.CopyTo(ref value);
            };
        }
    }
}

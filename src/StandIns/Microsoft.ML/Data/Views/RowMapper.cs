namespace Microsoft.ML.Data;

/// <summary>One column a transformer adds: what it is, which input columns it reads, and how its getter is made on a row of
/// the input.</summary>
internal sealed record AddedColumn(DataViewSchema.DetachedColumn Column, int[] Inputs, Func<DataViewRow, Delegate> CreateGetter);

/// <summary>Adds columns to rows. A column that hides another of the same name comes right after it, the rest at the end.</summary>
internal sealed class RowMapper : IRowToRowMapper
{
    private readonly AddedColumn[] _added;
    private readonly int[] _sources;

    public RowMapper(DataViewSchema inputSchema, AddedColumn[] added) : this(inputSchema, added, Arrange(inputSchema, added))
    {
    }

    /// <summary>Only the given input columns, in the given order.</summary>
    public RowMapper(DataViewSchema inputSchema, int[] selected) : this(inputSchema, [], selected)
    {
    }

    private RowMapper(DataViewSchema inputSchema, AddedColumn[] added, int[] sources)
    {
        InputSchema = inputSchema;
        _added = added;
        _sources = sources;
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(
            _sources.Select(source => source >= 0 ? new DataViewSchema.DetachedColumn(inputSchema[source]) : added[~source].Column));
        OutputSchema = builder.ToSchema();
    }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = new bool[InputSchema.Count];
        foreach (var column in dependingColumns)
        {
            var source = _sources[column.Index];
            if (source >= 0)
                needed[source] = true;
            else
                Array.ForEach(_added[~source].Inputs, input => needed[input] = true);
        }
        return InputSchema.Where(column => needed[column.Index]);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (input.Schema != InputSchema)
            throw new ArgumentException("The row's schema is not the one this mapper was made for.", nameof(input));
        return new MappedRow(this, input, Columns.Flags(activeColumns, OutputSchema.Count));
    }

    public DataViewRowCursor Over(IDataView input, IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand)
    {
        var needed = columnsNeeded as IReadOnlyCollection<DataViewSchema.Column> ?? columnsNeeded.ToArray();
        return new MappedCursor(this, input.GetRowCursor(GetDependencies(needed), rand), Columns.Flags(needed, OutputSchema.Count));
    }

    private ValueGetter<TValue> GetGetter<TValue>(DataViewRow input, bool[] active, Delegate[] getters, DataViewSchema.Column column)
    {
        if ((uint)column.Index >= (uint)active.Length || !active[column.Index])
            throw CursorErrors.Inactive(column);
        var source = _sources[column.Index];
        return source >= 0
            ? input.GetGetter<TValue>(InputSchema[source])
            : CursorErrors.Typed<TValue>(getters[~source] ??= _added[~source].CreateGetter(input), OutputSchema[column.Index]);
    }

    /// <summary>For each output column its input column, or the complement of its place among the added ones.</summary>
    private static int[] Arrange(DataViewSchema inputSchema, AddedColumn[] added)
    {
        var sources = new List<int>(inputSchema.Count + added.Length);
        foreach (var column in inputSchema)
        {
            sources.Add(column.Index);
            if (column.IsHidden)
                continue;
            for (var i = 0; i < added.Length; i++)
            {
                if (added[i].Column.Name == column.Name)
                    sources.Add(~i);
            }
        }
        for (var i = 0; i < added.Length; i++)
        {
            if (inputSchema.GetColumnOrNull(added[i].Column.Name) == null)
                sources.Add(~i);
        }
        return [.. sources];
    }

    private sealed class MappedRow(RowMapper mapper, DataViewRow input, bool[] active) : DataViewRow
    {
        private readonly Delegate[] _getters = new Delegate[mapper._added.Length];

        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            mapper.GetGetter<TValue>(input, active, _getters, column);

        protected override void Dispose(bool disposing) => input.Dispose();
    }

    private sealed class MappedCursor(RowMapper mapper, DataViewRowCursor input, bool[] active) : DataViewRowCursor
    {
        private readonly Delegate[] _getters = new Delegate[mapper._added.Length];

        public override DataViewSchema Schema => mapper.OutputSchema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active[column.Index];

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) =>
            mapper.GetGetter<TValue>(input, active, _getters, column);

        public override bool MoveNext() => input.MoveNext();

        protected override void Dispose(bool disposing) => input.Dispose();
    }
}

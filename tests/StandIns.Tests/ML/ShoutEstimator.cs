using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

/// <summary>An estimator written outside the package: learns the longest word and adds it to every word in capitals.</summary>
internal sealed class ShoutEstimator : IEstimator<ShoutTransformer>
{
    public int Fits { get; private set; }

    public ShoutTransformer Fit(IDataView input)
    {
        Fits++;
        return new(input.GetColumn<string>("Word").MaxBy(word => word.Length) ?? "");
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        if (!inputSchema.Any(column => column.Name == "Word" && column.ItemType == TextDataViewType.Instance))
            throw new ArgumentException("Column 'Word' of text is missing.", nameof(inputSchema));
        return new(inputSchema.Concat(Added()));
    }

    // The constructor of a column's shape is internal; a loader chain hands one out.
    private static IEnumerable<SchemaShape.Column> Added()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Shout", TextDataViewType.Instance);
        return ShapeCapture.Of(builder.ToSchema());
    }
}

internal sealed class ShoutTransformer(string longest) : ITransformer
{
    public string Longest => longest;

    public bool IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => new Mapper(inputSchema, longest).OutputSchema;

    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => new Mapper(inputSchema, longest);

    public IDataView Transform(IDataView input) => new View(input, new(input.Schema, longest));

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException("Shouts are not saved.");

    private sealed class View(IDataView input, Mapper mapper) : IDataView
    {
        public bool CanShuffle => input.CanShuffle;

        public DataViewSchema Schema => mapper.OutputSchema;

        public long? GetRowCount() => input.GetRowCount();

        public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
        {
            var cursor = input.GetRowCursor(mapper.GetDependencies(columnsNeeded), rand);
            return new Cursor(cursor, mapper.GetRow(cursor, columnsNeeded));
        }

        public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) =>
            [GetRowCursor(columnsNeeded, rand)];
    }

    private sealed class Mapper : IRowToRowMapper
    {
        private readonly string _longest;

        public Mapper(DataViewSchema input, string longest)
        {
            _longest = longest;
            InputSchema = input;
            var builder = new DataViewSchema.Builder();
            builder.AddColumns(input);
            builder.AddColumn("Shout", TextDataViewType.Instance);
            OutputSchema = builder.ToSchema();
        }

        public DataViewSchema InputSchema { get; }

        public DataViewSchema OutputSchema { get; }

        public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
            dependingColumns.Select(column => column.Index < InputSchema.Count ? InputSchema[column.Index] : InputSchema["Word"])
                .DistinctBy(c => c.Index);

        public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns) =>
            new Row(input, OutputSchema, [.. activeColumns.Select(column => column.Index)], _longest);
    }

    private sealed class Row(DataViewRow input, DataViewSchema schema, HashSet<int> active, string longest) : DataViewRow
    {
        public override DataViewSchema Schema => schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => active.Contains(column.Index);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column)
        {
            if (column.Index < input.Schema.Count)
                return input.GetGetter<TValue>(input.Schema[column.Index]);
            var word = input.GetGetter<ReadOnlyMemory<char>>(input.Schema["Word"]);
            ReadOnlyMemory<char> text = default;
            ValueGetter<ReadOnlyMemory<char>> getter = (ref ReadOnlyMemory<char> value) =>
            {
                word(ref text);
                value = $"{text} {longest}".ToUpperInvariant().AsMemory();
            };
            return getter as ValueGetter<TValue>
                ?? throw new InvalidOperationException($"Column 'Shout' holds text, not {typeof(TValue)}.");
        }
    }

    private sealed class Cursor(DataViewRowCursor input, DataViewRow row) : DataViewRowCursor
    {
        public override DataViewSchema Schema => row.Schema;

        public override long Position => input.Position;

        public override long Batch => input.Batch;

        public override bool MoveNext() => input.MoveNext();

        public override ValueGetter<DataViewRowId> GetIdGetter() => input.GetIdGetter();

        public override bool IsColumnActive(DataViewSchema.Column column) => row.IsColumnActive(column);

        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => row.GetGetter<TValue>(column);

        protected override void Dispose(bool disposing) => input.Dispose();
    }
}

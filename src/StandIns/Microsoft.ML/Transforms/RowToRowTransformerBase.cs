namespace Microsoft.ML.Data;

public abstract class RowToRowTransformerBase : ITransformer
{
    private protected RowToRowTransformerBase()
    {
    }

    bool ITransformer.IsRowToRowMapper => true;

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MapperFor(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new MappedView(input, MapperFor(input.Schema));
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MapperFor(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    /// <summary>The columns added to rows of this schema.</summary>
    internal abstract AddedColumn[] Map(DataViewSchema inputSchema);

    private protected abstract void Save(ModelSaveContext ctx);

    private RowMapper MapperFor(DataViewSchema inputSchema) =>
        new(inputSchema ?? throw new ArgumentNullException(nameof(inputSchema)), Map(inputSchema));
}

/// <summary>Each output column comes from one input column.</summary>
public abstract class OneToOneTransformerBase : RowToRowTransformerBase
{
    private protected OneToOneTransformerBase((string Output, string Input)[] columns) =>
        ColumnPairs = columns is { Length: > 0 }
            ? columns
            : throw new ArgumentException("There must be at least one column.", nameof(columns));

    internal (string Output, string Input)[] ColumnPairs { get; }

    internal override AddedColumn[] Map(DataViewSchema inputSchema) =>
        ColumnPairs.Select((pair, i) => Map(i, pair.Output, Columns.Find(inputSchema, pair.Input, "input"))).ToArray();

    /// <summary>What the i-th pair adds, reading the given column.</summary>
    private protected abstract AddedColumn Map(int index, string output, DataViewSchema.Column input);
}

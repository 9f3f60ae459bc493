namespace Microsoft.ML.Data;

/// <summary>A data view that is read by one cursor at a time.</summary>
internal abstract class ViewBase(DataViewSchema schema) : IDataView
{
    public DataViewSchema Schema { get; } = schema;

    public virtual bool CanShuffle => false;

    public abstract long? GetRowCount();

    public abstract DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null);

    public virtual DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random rand = null) =>
        [GetRowCursor(columnsNeeded, rand)];

    /// <summary>Which columns of this view a caller needs, by index.</summary>
    protected bool[] Active(IEnumerable<DataViewSchema.Column> columnsNeeded) => Columns.Flags(columnsNeeded, Schema.Count);
}

internal static class Columns
{
    public static bool[] Flags(IEnumerable<DataViewSchema.Column> columnsNeeded, int count)
    {
        var flags = new bool[count];
        foreach (var column in columnsNeeded)
            flags[column.Index] = true;
        return flags;
    }

    /// <summary>The column of a schema that a component needs, or an error that names it and says what there is.</summary>
    public static DataViewSchema.Column Find(DataViewSchema schema, string name, string role) =>
        schema.GetColumnOrNull(name)
        ?? throw new ArgumentOutOfRangeException(
            nameof(schema),
            $"Could not find {role} column '{name}'; the data has {string.Join(", ", schema.Select(column => $"'{column.Name}'"))}.");
}

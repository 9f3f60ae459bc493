using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, SchemaDefinition schemaDefinition = null) where TRow : class
    {
        ArgumentNullException.ThrowIfNull(data);
        return new EnumerableView<TRow>(
            data, RowMember.Of(typeof(TRow), schemaDefinition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read)));
    }

    public IDataView LoadFromEnumerable<TRow>(IEnumerable<TRow> data, DataViewSchema schema) where TRow : class =>
        LoadFromEnumerable(data, DefinitionFor<TRow>(schema));

    public IEnumerable<TRow> CreateEnumerable<TRow>(
        IDataView data, bool reuseRowObject, bool ignoreMissingColumns = false,
        SchemaDefinition schemaDefinition = null) where TRow : class, new()
    {
        ArgumentNullException.ThrowIfNull(data);
        return Enumerate(data, new RowBinding<TRow>(data.Schema, ignoreMissingColumns, schemaDefinition), reuseRowObject);
    }

    /// <summary>The class's own definition with the annotations of a schema's columns of the same names.</summary>
    internal static SchemaDefinition DefinitionFor<TRow>(DataViewSchema schema)
    {
        var definition = SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Read);
        foreach (var column in schema ?? new DataViewSchema.Builder().ToSchema())
        {
            var member = definition[column.Name]
                ?? throw new InvalidOperationException($"Type should contain a member named {column.Name}");
            member.Take(column.Annotations);
        }
        return definition;
    }

    private static IEnumerable<TRow> Enumerate<TRow>(IDataView data, RowBinding<TRow> binding, bool reuseRowObject)
        where TRow : class, new()
    {
        using var cursor = data.GetRowCursor(binding.Columns);
        var writer = binding.Over(cursor);
        var row = new TRow();
        while (cursor.MoveNext())
        {
            writer.Fill(row);
            yield return row;
            if (!reuseRowObject)
                row = new TRow();
        }
    }
}

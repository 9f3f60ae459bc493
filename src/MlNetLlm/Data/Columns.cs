using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Persistence;

namespace MlNetLlm.Data;

/// <summary>Finds, reads and adds columns, with errors that name what the data has and which option to set.</summary>
public static class Columns
{
    /// <summary>Finds a text column.</summary>
    /// <param name="schema">The data's schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="option">The option that names the column, for the error.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The column is missing or holds no text.</exception>
    public static DataViewSchema.Column Text(DataViewSchema schema, string name, string option)
        => Find(schema, name, option, type => type is TextDataViewType, "text");

    /// <summary>Finds a column of a given kind.</summary>
    /// <param name="schema">The data's schema.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="option">The option that names the column, for the error.</param>
    /// <param name="fits">Whether a column's type will do.</param>
    /// <param name="expected">What will do, in words, for the error.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The column is missing or its type does not fit.</exception>
    public static DataViewSchema.Column Find(
        DataViewSchema schema, string name, string option, Func<DataViewType, bool> fits, string expected)
    {
        if (schema.GetColumnOrNull(name) is not { } column)
            throw Missing(name, Visible(schema).Select(other => other.Name), option);
        if (fits(column.Type))
            return column;
        throw Mistyped(name, column.Type.ToString()!, expected, Visible(schema).Where(o => fits(o.Type)).Select(o => o.Name), option);
    }

    /// <summary>Finds a text column in the shape of data that is not there yet.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="option">The option that names the column, for the error.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The column is missing or holds no text.</exception>
    public static SchemaShape.Column Text(SchemaShape shape, string name, string option) => Find(shape, name, option, IsText, "text");

    /// <summary>Finds a column of text vectors in the shape of data that is not there yet.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="name">The column's name.</param>
    /// <param name="option">The option that names the column, for the error.</param>
    /// <returns>The column.</returns>
    /// <exception cref="ArgumentException">The column is missing or holds no vectors of text.</exception>
    public static SchemaShape.Column Texts(SchemaShape shape, string name, string option) => Find(
        shape, name, option,
        column => column.Kind != SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType, "a vector of text");

    /// <summary>Streams a text column's rows.</summary>
    /// <param name="data">The data.</param>
    /// <param name="column">A text column of its schema.</param>
    /// <returns>One text a row, read on demand; valid until the next row is read.</returns>
    public static IEnumerable<ReadOnlyMemory<char>> ReadText(IDataView data, DataViewSchema.Column column)
    {
        using var cursor = data.GetRowCursor([column]);
        var getter = cursor.GetGetter<ReadOnlyMemory<char>>(column);
        var text = default(ReadOnlyMemory<char>);
        while (cursor.MoveNext())
        {
            getter(ref text);
            yield return text;
        }
    }

    /// <summary>Makes a schema with further columns at its end.</summary>
    /// <param name="schema">The schema to extend.</param>
    /// <param name="added">The columns to add; one with the name of an older column hides it.</param>
    /// <returns>The new schema.</returns>
    public static DataViewSchema Add(DataViewSchema schema, params IEnumerable<DataViewSchema.DetachedColumn> added)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(schema);
        builder.AddColumns(added);
        return builder.ToSchema();
    }

    internal static SchemaShape.Column Find(
        SchemaShape shape, string name, string option, Func<SchemaShape.Column, bool> fits, string expected)
    {
        var at = shape.Select(column => column.Name).ToList().LastIndexOf(name);   // a later column hides an earlier one of its name
        if (at < 0)
            throw Missing(name, shape.Select(column => column.Name), option);
        if (fits(shape[at]))
            return shape[at];
        var type = shape[at].Kind == SchemaShape.Column.VectorKind.Scalar ? $"{shape[at].ItemType}" : $"Vector<{shape[at].ItemType}>";
        throw Mistyped(name, type, expected, shape.Where(fits).Select(column => column.Name), option);
    }

    private static bool IsText(SchemaShape.Column column)
        => column.Kind == SchemaShape.Column.VectorKind.Scalar && column.ItemType is TextDataViewType;

    private static IEnumerable<DataViewSchema.Column> Visible(DataViewSchema schema) => schema.Where(column => !column.IsHidden);

    private static ArgumentException Missing(string name, IEnumerable<string> known, string option)
    {
        var names = known.Distinct().ToList();
        var has = names.Count == 0 ? "the data has no columns" : $"the data has {Quoted(names)}";
        var hint = Nearest.To(name, names) is { } nearest ? $"Set `{option}`, perhaps to '{nearest}'." : $"Set `{option}`.";
        return new ArgumentException($"Column '{name}' is missing; {has}. {hint}");
    }

    private static ArgumentException Mistyped(string name, string type, string expected, IEnumerable<string> fitting, string option)
    {
        var names = fitting.Distinct().ToList();
        var others = names.Count == 0 ? "" : $" {Quoted(names)} would do.";
        return new ArgumentException($"Column '{name}' is {type}; expected {expected}.{others} Set `{option}`.");
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));
}

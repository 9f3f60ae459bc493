namespace Microsoft.ML.Data;

/// <summary>What every row and cursor here answers to a wrong call.</summary>
internal static class CursorErrors
{
    public const string NoRow = "Values cannot be fetched at this time. This method was called either before the first call to MoveNext, "
        + "or at any point after that method returned false.";

    public static ArgumentOutOfRangeException Inactive(DataViewSchema.Column column) =>
        new(nameof(column), $"Column '{column.Name}' is not active: it was not among the columns asked for.");

    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue>
        ?? throw new InvalidOperationException(
            $"Invalid TValue in GetGetter: '{typeof(TValue)}', expected type: '{column.Type.RawType}' (column '{column.Name}').");
}

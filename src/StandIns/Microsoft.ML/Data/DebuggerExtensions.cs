using System.Collections.Immutable;
using Microsoft.ML.Data;

namespace Microsoft.ML
{
    public static class DebuggerExtensions
    {
        public static DataDebuggerPreview Preview(this IDataView data, int maxRows = 100) =>
            new(data ?? throw new ArgumentNullException(nameof(data)), maxRows);

        public static DataDebuggerPreview Preview(this ITransformer transformer, IDataView data, int maxRows = 100) =>
            new(transformer.Transform(data), maxRows);
    }
}

namespace Microsoft.ML.Data
{
    /// <summary>The first rows of a view in memory, by row and by column.</summary>
    public sealed class DataDebuggerPreview
    {
        internal DataDebuggerPreview(IDataView data, int maxRows)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(maxRows);
            Schema = data.Schema;
            using var cursor = data.GetRowCursor(Schema);
            var readers = Schema.Select(column =>
                DataViewTypes.CallGeneric<Func<object>>(
                    null, typeof(DataDebuggerPreview), nameof(Reader), column.Type.RawType, cursor, column)).ToArray();
            var rows = ImmutableArray.CreateBuilder<RowInfo>();
            while (rows.Count < maxRows && cursor.MoveNext())
                rows.Add(new(Schema.Select(column => new KeyValuePair<string, object>(column.Name, readers[column.Index]())).ToArray()));
            RowView = rows.ToImmutable();
            ColumnView = Schema.Select(c => new ColumnInfo(c, rows.Select(row => row.Values[c.Index].Value).ToArray())).ToImmutableArray();
        }

        public DataViewSchema Schema { get; }

        public ImmutableArray<ColumnInfo> ColumnView { get; }

        public ImmutableArray<RowInfo> RowView { get; }

        public override string ToString() => $"{Schema.Count} columns, {RowView.Length} rows";

        private static Func<object> Reader<T>(DataViewRow row, DataViewSchema.Column column)
        {
            var getter = row.GetGetter<T>(column);
            return () =>
            {
                T value = default;
                getter(ref value);
                return value;
            };
        }

        public sealed class ColumnInfo
        {
            internal ColumnInfo(DataViewSchema.Column column, object[] values)
            {
                Column = column;
                Values = values;
            }

            public DataViewSchema.Column Column { get; }

            public object[] Values { get; }

            public override string ToString() => $"{Column.Name}: {Column.Type}";
        }

        public sealed class RowInfo
        {
            internal RowInfo(KeyValuePair<string, object>[] values) => Values = values;

            public KeyValuePair<string, object>[] Values { get; }

            public override string ToString() => $"{Values.Length} columns";
        }
    }
}

using System.Runtime.InteropServices;

namespace Microsoft.ML.Data;

/// <summary>Adds a number in [0, 1) by which rows are split: of the row's position, or of its group so that a group stays
/// together.</summary>
internal sealed class SplitColumnView : ViewBase
{
    private readonly IDataView _input;
    private readonly RowMapper _mapper;

    private SplitColumnView(IDataView input, RowMapper mapper) : base(mapper.OutputSchema)
    {
        _input = input;
        _mapper = mapper;
    }

    public static (IDataView Data, DataViewSchema.Column Column) Create(IDataView input, string groupColumn, int seed)
    {
        var name = FreeName(input.Schema);
        var salt = Mix(0x5851F42D4C957F2DUL, (uint)seed);
        DataViewSchema.Column? group = groupColumn == null ? null : Columns.Find(input.Schema, groupColumn, "sampling key");
        var added = new AddedColumn(new(name, NumberDataViewType.Single), group is { } column ? [column.Index] : [], row =>
            group is { } g
                ? DataViewTypes.CallGeneric<Delegate>(
                    null, typeof(SplitColumnView), g.Type is VectorDataViewType ? nameof(OfVector) : nameof(OfValue),
                    g.Type.ItemType().RawType, row, g, salt)
                : (ValueGetter<float>)((ref float value) => value = Fraction(Mix(salt, (ulong)row.Position))));
        var view = new SplitColumnView(input, new(input.Schema, [added]));
        return (view, view.Schema[name]);
    }

    public override long? GetRowCount() => _input.GetRowCount();

    /// <summary>Positions decide, so the order of the rows must not change from one reading to the next.</summary>
    public override DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random rand = null) =>
        _mapper.Over(_input, columnsNeeded, null);

    private static string FreeName(DataViewSchema schema)
    {
        const string tag = "SplitColumn";
        var name = tag;
        for (var i = 0; schema.GetColumnOrNull(name) != null; i++)
            name = $"temp_{tag}_{i:000}";
        return name;
    }

    private static ValueGetter<float> OfValue<T>(DataViewRow row, DataViewSchema.Column column, ulong salt)
    {
        var getter = row.GetGetter<T>(column);
        T value = default;
        return (ref float fraction) =>
        {
            getter(ref value);
            fraction = Fraction(Hash(value, salt));
        };
    }

    private static ValueGetter<float> OfVector<T>(DataViewRow row, DataViewSchema.Column column, ulong salt)
    {
        var getter = row.GetGetter<VBuffer<T>>(column);
        VBuffer<T> values = default;
        return (ref float fraction) =>
        {
            getter(ref values);
            var hash = Mix(salt, (ulong)values.Length);
            foreach (var (index, value) in values.Items())
                hash = Mix(hash + (uint)index, Hash(value, salt));
            fraction = Fraction(hash);
        };
    }

    /// <summary>The same in every process, unlike GetHashCode.</summary>
    private static ulong Hash<T>(T value, ulong salt)
    {
        var bytes = value is ReadOnlyMemory<char> text ? MemoryMarshal.AsBytes(text.Span) : BytesOf(ref value);
        var hash = Mix(salt, (ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            hash = Mix(hash, MemoryMarshal.Read<ulong>(bytes));
        foreach (var b in bytes)
            hash = Mix(hash, b);
        return hash;
    }

    private static unsafe ReadOnlySpan<byte> BytesOf<T>(ref T value)
    {
#pragma warning disable CS8500 // Only the raw types of columns come here, and none but text holds references.
        fixed (T* pointer = &value)
            return new(pointer, sizeof(T));
#pragma warning restore CS8500
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        var x = (hash ^ value) + 0x9E3779B97F4A7C15UL + (hash << 6);
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9UL;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EBUL;
        return x ^ (x >> 31);
    }

    private static float Fraction(ulong hash) => (hash >> 40) * (1f / (1 << 24));
}

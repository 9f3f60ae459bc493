using System.Globalization;

namespace Microsoft.ML.Data;

/// <summary>A column of a text file: its type and the fields it comes from.</summary>
internal sealed class TextColumn
{
    private readonly PrimitiveDataViewType _item;
    private readonly (int Min, int? End)[] _segments;

    private TextColumn(DataViewSchema.DetachedColumn column, PrimitiveDataViewType item, (int Min, int? End)[] segments)
    {
        Column = column;
        _item = item;
        _segments = segments;
    }

    public DataViewSchema.DetachedColumn Column { get; }

    /// <summary>The width is the number of fields of the first line, where a range needs it.</summary>
    public static TextColumn Create(TextLoader.Column column, int? width, string[] header)
    {
        ArgumentException.ThrowIfNullOrEmpty(column.Name);
        if (column.Source is not { Length: > 0 })
            throw new ArgumentException($"Column '{column.Name}' must specify some source column indices.", nameof(column));
        PrimitiveDataViewType item = DataViewTypes.Of(column.DataKind);
        if (column.KeyCount != null)
            item = new KeyDataViewType(item.RawType, column.KeyCount.Count ?? Keys.MaxCount(item.RawType));
        var segments = Array.ConvertAll(column.Source, range => Segment(column.Name, range, width));
        if (segments is [(var only, { } end)] && end == only + 1 && !column.Source[0].ForceVector)
            return new(new(column.Name, item), item, segments);
        var size = segments.Any(segment => segment.End == null) ? 0 : segments.Sum(segment => segment.End.Value - segment.Min);
        return new(new(column.Name, new VectorDataViewType(item, size), SlotNames(segments, size, header)), item, segments);
    }

    public Delegate CreateGetter(LineReader line, TextLoader.Options options, Action checkRow)
    {
        var method = Column.Type is VectorDataViewType ? nameof(Vector) : nameof(Scalar);
        return DataViewTypes.CallGeneric<Delegate>(this, typeof(TextColumn), method, _item.RawType, line, options, checkRow);
    }

    private static (int Min, int? End) Segment(string name, TextLoader.Range range, int? width)
    {
        if (range.AllOther)
            throw new NotSupportedException("A range of all other fields (AllOther) needs the real Microsoft.ML package.");
        if (range.Min < 0 || range.Max < range.Min)
            throw new ArgumentException(
                $"Column '{name}' is loaded from fields {range.Min} to {range.Max}; that is no range.", nameof(range));
        if (range.VariableEnd)
            return (range.Min, null);
        if (!range.AutoEnd || range.Max != null)
            return (range.Min, (range.Max ?? range.Min) + 1);
        return width > range.Min
            ? (range.Min, width)
            : throw new ArgumentException(
                $"Column '{name}' begins at field {range.Min}, but the data has {width ?? 0} fields.", nameof(range));
    }

    private static DataViewSchema.Annotations SlotNames((int Min, int? End)[] segments, int size, string[] header)
    {
        if (header == null || size == 0)
            return null;
        var names = segments.SelectMany(s => Enumerable.Range(s.Min, s.End.Value - s.Min))
            .Select(field => field < header.Length ? header[field].Trim().AsMemory() : default)
            .ToArray();
        var builder = new DataViewSchema.Annotations.Builder();
        builder.Add(AnnotationKinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, size), AnnotationGetters.OfArray(names));
        return builder.ToAnnotations();
    }

    private ValueGetter<T> Scalar<T>(LineReader line, TextLoader.Options options, Action checkRow)
    {
        var convert = Converter<T>(line, options);
        return (ref T value) =>
        {
            checkRow();
            convert(_segments[0].Min, ref value);
        };
    }

    private ValueGetter<VBuffer<T>> Vector<T>(LineReader line, TextLoader.Options options, Action checkRow)
    {
        var convert = Converter<T>(line, options);
        return (ref VBuffer<T> destination) =>
        {
            checkRow();
            var length = 0;
            foreach (var (min, end) in _segments)
                length += Math.Max(0, (end ?? line.Count) - min);
            var editor = VBufferEditor.Create(ref destination, length);
            var at = 0;
            foreach (var (min, end) in _segments)
            {
                for (var field = min; field < (end ?? line.Count); field++)
                    convert(field, ref editor.Values[at++]);
            }
            destination = editor.Commit();
        };
    }

    private delegate void FieldConverter<T>(int field, ref T value);

    private FieldConverter<T> Converter<T>(LineReader line, TextLoader.Options options)
    {
        if (_item is TextDataViewType)
            return (FieldConverter<T>)(Delegate)(FieldConverter<ReadOnlyMemory<char>>)(
                (int field, ref ReadOnlyMemory<char> value) => value = line[field]);
        if (_item is KeyDataViewType key)
            return KeyConverter<T>(line, key.Count);
        var parse = ValueConversions.Parser<T>();
        var format = new NumberFormatInfo { NumberDecimalSeparator = options.DecimalMarker.ToString(), NumberGroupSeparator = "" };
        var missing = options.MissingRealsAsNaNs ? ValueConversions.Missing<T>() : default;
        return (int field, ref T value) =>
        {
            var text = line[field].Span;
            if (text.IsEmpty)
                value = missing;
            else if (!parse(text, format, out value))
                throw BadValue(line, field);
        };
    }

    /// <summary>Keys count from 0 in the file; what is beyond the last or no number is missing.</summary>
    private static FieldConverter<T> KeyConverter<T>(LineReader line, ulong count) => (int field, ref T value) =>
        value = Keys.FromRaw<T>(
            ulong.TryParse(line[field].Span, NumberStyles.None, CultureInfo.InvariantCulture, out var key) && key < count ? key + 1 : 0);

    private FormatException BadValue(LineReader line, int field) =>
        new($"Could not parse value {line[field]} in line {line.Line}, column {Column.Name}");
}

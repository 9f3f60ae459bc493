using Microsoft.ML.Transforms;

namespace Microsoft.ML.Data;

/// <summary>The values that keys stand for.</summary>
internal abstract class TermMap(PrimitiveDataViewType itemType)
{
    public PrimitiveDataViewType ItemType => itemType;

    public abstract int Count { get; }

    /// <summary>Learns the values of several columns in one pass.</summary>
    public static TermMap[] Train(IDataView data, DataViewSchema.Column[] columns, int most, ValueToKeyMappingEstimator.KeyOrdinality order)
    {
        using var cursor = data.GetRowCursor(columns);
        var trainers = Array.ConvertAll(columns, column => DataViewTypes.CallGeneric<Trainer>(
            null, typeof(TermMap), nameof(CreateTrainer), column.Type.ItemType().RawType, cursor, column, most));
        while (cursor.MoveNext())
        {
            foreach (var trainer in trainers)
                trainer.ReadRow();
        }
        return Array.ConvertAll(trainers, trainer => trainer.Finish(order));
    }

    public static TermMap Read(ModelReader reader)
    {
        var type = (PrimitiveDataViewType)ModelSchema.ReadType(reader);
        return DataViewTypes.CallGeneric<TermMap>(null, typeof(TermMap), nameof(ReadTerms), type.RawType, reader, type);
    }

    public abstract void Write(ModelWriter writer);

    public abstract void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column source, bool asText);

    public abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column);

    private static Trainer CreateTrainer<T>(DataViewRow row, DataViewSchema.Column column, int most) => new Trainer<T>(row, column, most);

    private static TermMap ReadTerms<T>(ModelReader reader, PrimitiveDataViewType type) => new TermMap<T>(type, reader.ReadItems<T>());

    private abstract class Trainer
    {
        public abstract void ReadRow();

        public abstract TermMap Finish(ValueToKeyMappingEstimator.KeyOrdinality order);
    }

    private sealed class Trainer<T>(DataViewRow row, DataViewSchema.Column column, int most) : Trainer
    {
        private readonly List<T> _terms = [];
        private readonly Lookup<T, int> _known = Lookup<T, int>.Create();
        private readonly bool _isKey = column.Type.ItemType() is KeyDataViewType;
        private readonly ValueGetter<T> _scalar = column.Type is VectorDataViewType ? null : row.GetGetter<T>(column);
        private readonly ValueGetter<VBuffer<T>> _vector = column.Type is VectorDataViewType ? row.GetGetter<VBuffer<T>>(column) : null;
        private T _value;
        private VBuffer<T> _values;

        public override void ReadRow()
        {
            if (_terms.Count >= most)
                return;
            if (_scalar != null)
            {
                _scalar(ref _value);
                Add(_value);
                return;
            }
            _vector(ref _values);
            if (!_values.IsDense)
                _values.CopyToDense(ref _values);
            foreach (var value in _values.GetValues())
                Add(value);
        }

        public override TermMap Finish(ValueToKeyMappingEstimator.KeyOrdinality order)
        {
            if (order == ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
                _terms.Sort(Order());
            return new TermMap<T>((PrimitiveDataViewType)column.Type.ItemType(), [.. _terms]);
        }

        private void Add(T value)
        {
            if (ValueConversions.IsMissing(value) || (_isKey && Keys.ToRaw(value) == 0) || _terms.Count >= most)
                return;
            if (_known.TryAdd(value, _terms.Count))
                _terms.Add(value is ReadOnlyMemory<char> text ? (T)(object)text.ToString().AsMemory() : value);
        }

        private static Comparison<T> Order() => typeof(T) == typeof(ReadOnlyMemory<char>)
            ? (Comparison<T>)(Delegate)(Comparison<ReadOnlyMemory<char>>)((x, y) => x.Span.SequenceCompareTo(y.Span))
            : Comparer<T>.Default.Compare;
    }
}

internal sealed class TermMap<T> : TermMap
{
    private readonly T[] _terms;
    private readonly Lookup<T, int> _keys = Lookup<T, int>.Create();

    public TermMap(PrimitiveDataViewType itemType, T[] terms) : base(itemType)
    {
        _terms = terms;
        for (var i = 0; i < terms.Length; i++)
            _keys.TryAdd(terms[i], i + 1);
    }

    public override int Count => _terms.Length;

    public override void Write(ModelWriter writer)
    {
        ModelSchema.WriteType(writer, ItemType);
        writer.WriteItems<T>(_terms);
    }

    public override void AddKeyValues(DataViewSchema.Annotations.Builder annotations, DataViewSchema.Column source, bool asText)
    {
        var count = Math.Max(1, _terms.Length);
        if (ItemType is KeyDataViewType && source.HasKeyValues())
            Add(annotations, TextDataViewType.Instance, NamesOf(source), count);
        else if (ItemType is KeyDataViewType)
            Add(annotations, DataViewTypes.Primitive(typeof(T)), _terms, count);
        else if (asText && ItemType is not TextDataViewType)
            Add(annotations, TextDataViewType.Instance, Texts(), count);
        else
            Add(annotations, ItemType, _terms, count);
    }

    public override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column) =>
        Getters.Map<T, uint>(row, column, value => _keys.TryGet(value, out var key) ? (uint)key : 0);

    private static void Add<TItem>(DataViewSchema.Annotations.Builder annotations, PrimitiveDataViewType type, TItem[] values, int count)
    {
        Array.Resize(ref values, count);
        annotations.Add(AnnotationKinds.KeyValues, new VectorDataViewType(type, count), AnnotationGetters.OfArray(values));
    }

    private ReadOnlyMemory<char>[] Texts()
    {
        var toText = (ValueConversion<T, ReadOnlyMemory<char>>)ValueConversions.Find(ItemType, TextDataViewType.Instance);
        return Array.ConvertAll(_terms, term => toText(term));
    }

    /// <summary>Keys of keys: the values of the source's keys.</summary>
    private ReadOnlyMemory<char>[] NamesOf(DataViewSchema.Column source)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        source.GetKeyValues(ref names);
        return Array.ConvertAll(_terms, term => names.GetItemOrDefault((int)Keys.ToRaw(term) - 1));
    }
}

namespace Microsoft.ML.Data;

/// <summary>Which members of a row class a schema fills, checked once.</summary>
internal sealed class RowBinding<TRow>
{
    private readonly (RowMember Member, DataViewSchema.Column Column)[] _pairs;

    public RowBinding(DataViewSchema schema, bool ignoreMissingColumns, SchemaDefinition definition)
    {
        Members = RowMember.Of(typeof(TRow), definition ?? SchemaDefinition.Create(typeof(TRow), SchemaDefinition.Direction.Write));
        _pairs = Members.Where(member => !ignoreMissingColumns || schema.GetColumnOrNull(member.ColumnName) != null)
            .Select(member => (member, Check(member, ML.Data.Columns.Find(schema, member.ColumnName, ""))))
            .ToArray();
    }

    public RowMember[] Members { get; }

    public IEnumerable<DataViewSchema.Column> Columns => _pairs.Select(pair => pair.Column);

    public RowWriter<TRow> Over(DataViewRow row) => new(row, _pairs);

    private static DataViewSchema.Column Check(RowMember member, DataViewSchema.Column column)
    {
        var (item, isVector) = RowMember.ItemOf(member.Member);
        return column.Type is VectorDataViewType == isVector && column.Type.ItemType().RawType == item
            ? column
            : throw new InvalidOperationException(
                $"Can't bind the IDataView column '{column.Name}' of type '{column.Type}' to field or property "
                + $"'{member.Member.Name}' of type '{member.MemberType}'.");
    }
}

/// <summary>Fills objects with the values of the current row; arrays of the right length are filled, not replaced.</summary>
internal sealed class RowWriter<TRow>(DataViewRow row, (RowMember Member, DataViewSchema.Column Column)[] pairs)
{
    private readonly Action<TRow>[] _setters = Array.ConvertAll(pairs, pair => CreateSetter(row, pair.Member, pair.Column));

    public void Fill(TRow target)
    {
        foreach (var set in _setters)
            set(target);
    }

    private static Action<TRow> CreateSetter(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var type = member.MemberType;
        if (type == typeof(string))
            return Text(row, member, column);
        if (type == typeof(string[]))
            return TextArray(row, member, column);
        if (type.IsArray)
            return Call(nameof(ToArray), type.GetElementType(), row, member, column);
        return column.Type is VectorDataViewType vector
            ? Call(nameof(ToBuffer), vector.ItemType.RawType, row, member, column)
            : Call(nameof(Scalar), type, row, member, column);
    }

    private static Action<TRow> Call(string method, Type type, DataViewRow row, RowMember member, DataViewSchema.Column column) =>
        DataViewTypes.CallGeneric<Action<TRow>>(null, typeof(RowWriter<TRow>), method, type, row, member, column);

    private static Action<TRow> Text(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var get = row.GetGetter<ReadOnlyMemory<char>>(column);
        var set = Members<TRow>.Setter<string>(member.Member);
        ReadOnlyMemory<char> value = default;
        return target =>
        {
            get(ref value);
            set(target, value.ToString());
        };
    }

    private static Action<TRow> TextArray(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(column);
        var set = Members<TRow>.Setter<string[]>(member.Member);
        VBuffer<ReadOnlyMemory<char>> values = default;
        return target =>
        {
            get(ref values);
            set(target, values.DenseValues().Select(value => value.ToString()).ToArray());
        };
    }

    private static Action<TRow> ToArray<T>(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<T>>(column);
        var old = Members<TRow>.Getter<T[]>(member.Member);
        var set = Members<TRow>.Setter<T[]>(member.Member);
        VBuffer<T> values = default;
        return target =>
        {
            get(ref values);
            var items = old(target);
            if (items?.Length != values.Length)
                set(target, items = new T[values.Length]);
            values.CopyTo(items);
        };
    }

    private static Action<TRow> ToBuffer<T>(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var get = row.GetGetter<VBuffer<T>>(column);
        var old = Members<TRow>.Getter<VBuffer<T>>(member.Member);
        var set = Members<TRow>.Setter<VBuffer<T>>(member.Member);
        return target =>
        {
            var values = old(target);
            get(ref values);
            set(target, values);
        };
    }

    private static Action<TRow> Scalar<T>(DataViewRow row, RowMember member, DataViewSchema.Column column)
    {
        var get = row.GetGetter<T>(column);
        var set = Members<TRow>.Setter<T>(member.Member);
        T value = default;
        return target =>
        {
            get(ref value);
            set(target, value);
        };
    }
}

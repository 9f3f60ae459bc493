namespace Microsoft.ML.Data;

/// <summary>A table from keys to values: scalars, or vectors of any size.</summary>
internal abstract class ValueMap(PrimitiveDataViewType keyType, DataViewSchema valueSchema)
{
    private const string ValueName = "Value";

    public PrimitiveDataViewType KeyType => keyType;

    /// <summary>One column: the type and the annotations of the values.</summary>
    public DataViewSchema ValueSchema => valueSchema;

    public static ValueMap OfScalars<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue>> pairs, bool asKeys)
    {
        var keys = pairs.Select(pair => pair.Key).ToArray();
        var values = pairs.Select(pair => pair.Value).ToArray();
        if (asKeys)
            return OfKeys(keys, values);
        return typeof(TValue) == typeof(string)
            ? Of(keys, DataViewTypes.Primitive(typeof(TValue)), Texts(values))
            : Of(keys, DataViewTypes.Primitive(typeof(TValue)), values);
    }

    public static ValueMap OfArrays<TKey, TValue>(IEnumerable<KeyValuePair<TKey, TValue[]>> pairs)
    {
        var keys = pairs.Select(pair => pair.Key).ToArray();
        var values = pairs.Select(pair => pair.Value ?? []).ToArray();
        var sizes = values.Select(value => value.Length).Distinct().ToArray();
        var type = new VectorDataViewType(DataViewTypes.Primitive(typeof(TValue)), sizes is [var size] ? size : 0);
        return typeof(TValue) == typeof(string)
            ? Of(keys, type, Array.ConvertAll(values, value => Buffer(Texts(value))))
            : Of(keys, type, Array.ConvertAll(values, Buffer));
    }

    public static ValueMap Read(IDataView table, DataViewSchema.Column key, DataViewSchema.Column value)
    {
        var type = key.Type as PrimitiveDataViewType
            ?? throw new InvalidOperationException($"Key column '{key.Name}' of type {key.Type} holds vectors; keys are scalars.");
        return value.Type is VectorDataViewType vector
            ? DataViewTypes.CallGeneric<ValueMap>(
                null, typeof(ValueMap), nameof(ReadVectors), [key.Type.RawType, vector.ItemType.RawType], table, key, type, value)
            : DataViewTypes.CallGeneric<ValueMap>(
                null, typeof(ValueMap), nameof(ReadScalars), [key.Type.RawType, value.Type.RawType], table, key, type, value);
    }

    public static ValueMap Read(ModelReader reader)
    {
        var keyType = (PrimitiveDataViewType)ModelSchema.ReadType(reader);
        var schema = ModelSchema.Read(reader);
        return schema[0].Type is VectorDataViewType vector
            ? DataViewTypes.CallGeneric<ValueMap>(
                null, typeof(ValueMap), nameof(LoadVectors), [keyType.RawType, vector.ItemType.RawType], reader, keyType, schema)
            : DataViewTypes.CallGeneric<ValueMap>(
                null, typeof(ValueMap), nameof(LoadScalars), [keyType.RawType, schema[0].Type.RawType], reader, keyType, schema);
    }

    public abstract void Write(ModelWriter writer);

    public abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column);

    /// <summary>Numbers the distinct values from 1 and says in the annotation what they were. Unsigned numbers are keys already.</summary>
    private static ValueMap OfKeys<TKey, TValue>(TKey[] keys, TValue[] values)
    {
        var distinct = values.Distinct().ToArray();
        var names = Array.ConvertAll(distinct, value => value.ToString().AsMemory());
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.Add(
            AnnotationKinds.KeyValues, new VectorDataViewType(TextDataViewType.Instance, names.Length), AnnotationGetters.OfArray(names));
        if (values is ulong[])
            return Of(keys, new KeyDataViewType(typeof(ulong), distinct.Length), values, annotations.ToAnnotations());
        if (values is uint[])
            return Of(keys, new KeyDataViewType(typeof(uint), distinct.Length), values, annotations.ToAnnotations());
        var numbers = new Dictionary<TValue, uint>();
        foreach (var value in distinct)
            numbers.Add(value, (uint)numbers.Count + 1);
        return Of(keys, new KeyDataViewType(typeof(uint), distinct.Length), Array.ConvertAll(values, value => numbers[value]),
            annotations.ToAnnotations());
    }

    private static ValueMap Of<TKey, TValue>(
        TKey[] keys, DataViewType valueType, TValue[] values, DataViewSchema.Annotations annotations = null)
    {
        var keyType = DataViewTypes.Primitive(typeof(TKey));
        return typeof(TKey) == typeof(string)
            ? Create(keyType, Schema(valueType, annotations), Texts(keys), values)
            : Create(keyType, Schema(valueType, annotations), keys, values);
    }

    private static ValueMap Create<TKey, TValue>(PrimitiveDataViewType keyType, DataViewSchema schema, TKey[] keys, TValue[] values)
    {
        var table = Lookup<TKey, TValue>.Create();
        for (var i = 0; i < keys.Length; i++)
        {
            if (!table.TryAdd(keys[i], values[i]))
                throw new InvalidOperationException($"Duplicate keys in data '{keys[i]}'");
        }
        return schema[0].Type is VectorDataViewType vector
            ? DataViewTypes.CallGeneric<ValueMap>(
                null, typeof(ValueMap), nameof(VectorMap), [typeof(TKey), vector.ItemType.RawType], keyType, schema, table)
            : new ScalarValueMap<TKey, TValue>(keyType, schema, table);
    }

    private static ValueMap VectorMap<TKey, TItem>(
        PrimitiveDataViewType keyType, DataViewSchema schema, Lookup<TKey, VBuffer<TItem>> table) =>
        new VectorValueMap<TKey, TItem>(keyType, schema, table);

    private static ValueMap ReadScalars<TKey, TValue>(
        IDataView table, DataViewSchema.Column key, PrimitiveDataViewType keyType, DataViewSchema.Column value)
    {
        var keys = table.GetColumn<TKey>(key).ToArray();
        return Create(keyType, Schema(value.Type, value.Annotations), keys, table.GetColumn<TValue>(value).ToArray());
    }

    private static ValueMap ReadVectors<TKey, TItem>(
        IDataView table, DataViewSchema.Column key, PrimitiveDataViewType keyType, DataViewSchema.Column value)
    {
        var keys = table.GetColumn<TKey>(key).ToArray();
        return Create(keyType, Schema(value.Type, value.Annotations), keys, table.GetColumn<VBuffer<TItem>>(value).ToArray());
    }

    private static ValueMap LoadScalars<TKey, TValue>(ModelReader reader, PrimitiveDataViewType keyType, DataViewSchema schema)
    {
        var keys = reader.ReadItems<TKey>();
        return Create(keyType, schema, keys, Same(keys, reader.ReadItems<TValue>()));
    }

    private static ValueMap LoadVectors<TKey, TItem>(ModelReader reader, PrimitiveDataViewType keyType, DataViewSchema schema)
    {
        var keys = reader.ReadItems<TKey>();
        return Create(keyType, schema, keys, Array.ConvertAll(keys, _ => Buffer(reader.ReadItems<TItem>())));
    }

    private static TValue[] Same<TKey, TValue>(TKey[] keys, TValue[] values) =>
        keys.Length == values.Length
            ? values
            : throw new InvalidDataException($"The model file has a table of {keys.Length} keys and {values.Length} values.");

    private static DataViewSchema Schema(DataViewType type, DataViewSchema.Annotations annotations)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(ValueName, type, annotations);
        return builder.ToSchema();
    }

    private static ReadOnlyMemory<char>[] Texts<T>(T[] texts) => Array.ConvertAll((string[])(object)texts, text => text.AsMemory());

    private static VBuffer<T> Buffer<T>(T[] values) => new(values.Length, values);
}

internal sealed class ScalarValueMap<TKey, TValue>(PrimitiveDataViewType keyType, DataViewSchema schema, Lookup<TKey, TValue> table)
    : ValueMap(keyType, schema)
{
    public override void Write(ModelWriter writer)
    {
        ModelSchema.WriteType(writer, KeyType);
        ModelSchema.Write(writer, ValueSchema);
        writer.WriteItems<TKey>(table.Entries.Select(entry => entry.Key).ToArray());
        writer.WriteItems<TValue>(table.Entries.Select(entry => entry.Value).ToArray());
    }

    /// <summary>What the table does not have becomes the type's default: 0, no text, the missing key.</summary>
    public override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column) =>
        Getters.Map<TKey, TValue>(row, column, key => table.TryGet(key, out var value) ? value : default);
}

internal sealed class VectorValueMap<TKey, TItem>(PrimitiveDataViewType keyType, DataViewSchema schema, Lookup<TKey, VBuffer<TItem>> table)
    : ValueMap(keyType, schema)
{
    public override void Write(ModelWriter writer)
    {
        ModelSchema.WriteType(writer, KeyType);
        ModelSchema.Write(writer, ValueSchema);
        writer.WriteItems<TKey>(table.Entries.Select(entry => entry.Key).ToArray());
        foreach (var entry in table.Entries)
        {
            var value = entry.Value;
            if (!value.IsDense)
                value.CopyToDense(ref value);
            writer.WriteItems(value.GetValues());
        }
    }

    public override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column)
    {
        var getter = row.GetGetter<TKey>(column);
        TKey key = default;
        return (ValueGetter<VBuffer<TItem>>)((ref VBuffer<TItem> destination) =>
        {
            getter(ref key);
            if (table.TryGet(key, out var value))
                value.CopyTo(ref destination);
            else
                VBuffer<TItem>.Copy([], 0, ref destination, 0);
        });
    }
}

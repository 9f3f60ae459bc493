using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class KeyToVectorMappingEstimator : TrivialEstimator<KeyToVectorMappingTransformer>
{
    internal KeyToVectorMappingEstimator((string Output, string Input)[] columns, bool count) : base(new(columns, count))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        inputSchema.With(Array.ConvertAll(Transformer.ColumnPairs, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        if (!input.IsKey)
            throw KeyToValueMappingTransformer.Mismatch(input.Name, "a key", input.TypeString);
        var annotations = new List<SchemaShape.Column>();
        if (input.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out var values) && values.ItemType is TextDataViewType)
            annotations.Add(SchemaShape.Column.SlotNames);
        if (!Transformer.Count || input.Kind == SchemaShape.Column.VectorKind.Scalar)
            annotations.Add(SchemaShape.Column.IsNormalized);
        return new SchemaShape.Column(
            pair.Output, SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, false, new(annotations));
    }));
}

/// <summary>A 1 at the place of the key. Several keys give as many such vectors end to end, or one of counts.</summary>
public sealed class KeyToVectorMappingTransformer : OneToOneTransformerBase
{
    internal const string Id = "KeyToVector";

    internal KeyToVectorMappingTransformer((string Output, string Input)[] columns, bool count) : base(columns) => Count = count;

    internal bool Count { get; }

    internal static KeyToVectorMappingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var columns = ctx.Reader.ReadPairs();
        return new(columns, ctx.Reader.ReadBoolean());
    }

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WritePairs(ColumnPairs);
        writer.Write(Count);
    });

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        var key = input.Type.ItemType() as KeyDataViewType
            ?? throw KeyToValueMappingTransformer.Mismatch(input.Name, "a key", input.Type.ToString());
        if (key.Count > int.MaxValue)
            throw new InvalidOperationException($"Column '{input.Name}' has {key.Count} keys, too many for a vector.");
        var size = (int)key.Count;
        var slots = input.Type is VectorDataViewType vector ? vector.Size : 1;
        var single = Count || slots == 1;
        if (!single && slots == 0)
            throw new InvalidOperationException($"Column '{input.Name}' is of variable size; only counts can be made of it.");
        var annotations = new DataViewSchema.Annotations.Builder();
        if (single && input.HasKeyValues())
            annotations.Add(AnnotationKinds.SlotNames, new VectorDataViewType(TextDataViewType.Instance, size),
                input.Annotations.GetGetter<VBuffer<ReadOnlyMemory<char>>>(input.Annotations.Schema[AnnotationKinds.KeyValues]));
        if (!Count || slots == 1)
            annotations.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        var type = single ? new VectorDataViewType(NumberDataViewType.Single, size) : new(NumberDataViewType.Single, slots, size);
        var method = input.Type is VectorDataViewType ? nameof(OfVector) : nameof(OfScalar);
        return new(new(output, type, annotations.ToAnnotations()), [input.Index], row => DataViewTypes.CallGeneric<Delegate>(
            null, typeof(KeyToVectorMappingTransformer), method, key.RawType, row, input, size, Count));
    }

    private static ValueGetter<VBuffer<float>> OfScalar<T>(DataViewRow row, DataViewSchema.Column input, int size, bool count)
    {
        var getter = row.GetGetter<T>(input);
        T key = default;
        return (ref VBuffer<float> destination) =>
        {
            getter(ref key);
            var raw = Keys.ToRaw(key);
            var found = raw > 0 && raw <= (ulong)size;
            var editor = VBufferEditor.Create(ref destination, size, found ? 1 : 0, requireIndicesOnDense: true);
            if (found)
            {
                editor.Values[0] = 1;
                editor.Indices[0] = (int)raw - 1;
            }
            destination = editor.Commit();
        };
    }

    private static ValueGetter<VBuffer<float>> OfVector<T>(DataViewRow row, DataViewSchema.Column input, int size, bool count)
    {
        var getter = row.GetGetter<VBuffer<T>>(input);
        VBuffer<T> keys = default;
        return (ref VBuffer<float> destination) =>
        {
            getter(ref keys);
            var editor = VBufferEditor.Create(ref destination, count ? size : checked(keys.Length * size));
            editor.Values.Clear();
            var values = keys.GetValues();
            for (var i = 0; i < values.Length; i++)
            {
                var raw = Keys.ToRaw(values[i]);
                if (raw == 0 || raw > (ulong)size)
                    continue;
                var slot = keys.IsDense ? i : keys.GetIndices()[i];
                editor.Values[(count ? 0 : slot * size) + (int)raw - 1] += 1;
            }
            destination = editor.Commit();
        };
    }
}

using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class KeyToValueMappingEstimator : TrivialEstimator<KeyToValueMappingTransformer>
{
    internal KeyToValueMappingEstimator((string Output, string Input)[] columns) : base(new(columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        inputSchema.With(Array.ConvertAll(Transformer.ColumnPairs, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        if (!input.IsKey)
            throw KeyToValueMappingTransformer.Mismatch(input.Name, "a key", input.TypeString);
        if (!input.Annotations.TryFindColumn(AnnotationKinds.KeyValues, out var values))
            throw KeyToValueMappingTransformer.Mismatch(input.Name, "KeyValues annotation", "none");
        return new SchemaShape.Column(
            pair.Output, input.Kind, values.ItemType, values.IsKey, new(input.Annotations.Only(AnnotationKinds.SlotNames)));
    }));
}

/// <summary>Replaces keys by the values in their column's KeyValues annotation; key 0 by the missing value of their type.</summary>
public sealed class KeyToValueMappingTransformer : OneToOneTransformerBase
{
    internal const string Id = "KeyToValue";

    internal KeyToValueMappingTransformer((string Output, string Input)[] columns) : base(columns)
    {
    }

    internal static KeyToValueMappingTransformer Load(IHostEnvironment env, ModelLoadContext ctx) => new(ctx.Reader.ReadPairs());

    internal static ArgumentOutOfRangeException Mismatch(string name, string expected, string actual) =>
        new(nameof(name), $"Schema mismatch for input column '{name}': expected {expected}, got {actual}");

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer => writer.WritePairs(ColumnPairs));

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        var key = input.Type.ItemType() as KeyDataViewType ?? throw Mismatch(input.Name, "a key", input.Type.ToString());
        if (input.Annotations.Schema.GetColumnOrNull(AnnotationKinds.KeyValues)?.Type is not VectorDataViewType values)
            throw new InvalidOperationException($"Annotation KeyValues does not exist on column '{input.Name}'.");
        if ((ulong)values.Size != key.Count)
            throw new InvalidOperationException($"Column '{input.Name}' has {key.Count} keys but {values.Size} key values.");
        var annotations = input.Annotations.Keep(AnnotationKinds.SlotNames).ToAnnotations();
        var type = input.Type.WithItems(values.ItemType);
        return new(new(output, type, annotations), [input.Index], row => DataViewTypes.CallGeneric<Delegate>(
            null, typeof(KeyToValueMappingTransformer), nameof(CreateGetter), [key.RawType, values.ItemType.RawType], row, input));
    }

    private static Delegate CreateGetter<TKey, TValue>(DataViewRow row, DataViewSchema.Column input)
    {
        VBuffer<TValue> values = default;
        input.GetKeyValues(ref values);
        var missing = ValueConversions.Missing<TValue>();
        return Getters.Map<TKey, TValue>(row, input, key =>
            Keys.ToRaw(key) is var raw && raw > 0 && raw <= (ulong)values.Length ? values.GetItemOrDefault((int)raw - 1) : missing);
    }
}

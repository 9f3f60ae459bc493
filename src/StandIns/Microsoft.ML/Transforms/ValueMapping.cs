using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public class ValueMappingEstimator : TrivialEstimator<ValueMappingTransformer>
{
    internal ValueMappingEstimator((string Output, string Input)[] columns, ValueMap map) : base(new(columns, map))
    {
    }

    public sealed override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        inputSchema.With(Array.ConvertAll(Transformer.ColumnPairs, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        var value = SchemaShape.Create(Transformer.Values.ValueSchema)[0];
        if (input.Kind == SchemaShape.Column.VectorKind.Scalar)
            return value.Renamed(pair.Output);
        if (value.Kind != SchemaShape.Column.VectorKind.Scalar)
            throw ValueMappingTransformer.TwoVectors(input.Name);
        return new SchemaShape.Column(pair.Output, input.Kind, value.ItemType, value.IsKey, value.Annotations);
    }));
}

public sealed class ValueMappingEstimator<TKey, TValue> : ValueMappingEstimator
{
    internal ValueMappingEstimator((string Output, string Input)[] columns, ValueMap map) : base(columns, map)
    {
    }
}

/// <summary>Looks values up in a table; what the table lacks becomes the missing value, or an empty vector.</summary>
public class ValueMappingTransformer : OneToOneTransformerBase
{
    internal const string Id = "ValueMapping";

    internal ValueMappingTransformer((string Output, string Input)[] columns, ValueMap values) : base(columns) => Values = values;

    internal ValueMap Values { get; }

    internal static ValueMappingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var columns = ctx.Reader.ReadPairs();
        return new(columns, ValueMap.Read(ctx.Reader));
    }

    internal static NotSupportedException TwoVectors(string name) =>
        new($"Column '{name}' cannot be mapped to values when the column and the map values are both vector type.");

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WritePairs(ColumnPairs);
        Values.Write(writer);
    });

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        if (!input.Type.ItemType().Equals(Values.KeyType))
            throw new ArgumentOutOfRangeException(
                nameof(input), $"Schema mismatch for input column '{input.Name}': expected {Values.KeyType}, got {input.Type}");
        var value = Values.ValueSchema[0];
        if (input.Type is VectorDataViewType && value.Type is VectorDataViewType)
            throw TwoVectors(input.Name);
        var type = value.Type is PrimitiveDataViewType item ? input.Type.WithItems(item) : value.Type;
        return new(new(output, type, value.Annotations), [input.Index], row => Values.CreateGetter(row, input));
    }
}

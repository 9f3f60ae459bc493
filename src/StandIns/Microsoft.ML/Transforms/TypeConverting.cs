using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class TypeConvertingEstimator : TrivialEstimator<TypeConvertingTransformer>
{
    internal TypeConvertingEstimator((string Output, string Input)[] columns, DataKind kind) : base(new(columns, kind))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        inputSchema.With(Array.ConvertAll(Transformer.ColumnPairs, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        var from = input.IsKey ? new KeyDataViewType(input.ItemType.RawType, 1) : input.ItemType;
        if (ValueConversions.Find(from, Transformer.OutputType) == null)
            throw TypeConvertingTransformer.NoConversion(input.Name, from, Transformer.OutputType);
        var annotations = input.Annotations.Only(TypeConvertingTransformer.KeptAnnotations(from, Transformer.OutputType)).ToList();
        if (from is BooleanDataViewType && Transformer.OutputType is NumberDataViewType)
            annotations.Add(SchemaShape.Column.IsNormalized);
        return new SchemaShape.Column(pair.Output, input.Kind, Transformer.OutputType, false, new(annotations));
    }));
}

public sealed class TypeConvertingTransformer : OneToOneTransformerBase
{
    internal const string Id = "ConvertType";

    private readonly DataKind _kind;

    internal TypeConvertingTransformer((string Output, string Input)[] columns, DataKind kind) : base(columns)
    {
        _kind = kind;
        OutputType = DataViewTypes.Of(kind);
    }

    internal PrimitiveDataViewType OutputType { get; }

    internal static TypeConvertingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var columns = ctx.Reader.ReadPairs();
        return new(columns, (DataKind)ctx.Reader.ReadByte());
    }

    internal static ArgumentOutOfRangeException NoConversion(string name, DataViewType from, DataViewType to) =>
        new(nameof(name), $"Source column '{name}' with item type '{from}' is not compatible with destination type '{to}'");

    internal static string[] KeptAnnotations(DataViewType from, DataViewType to) =>
        from is NumberDataViewType && to is NumberDataViewType
            ? [AnnotationKinds.SlotNames, AnnotationKinds.IsNormalized]
            : [AnnotationKinds.SlotNames];

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WritePairs(ColumnPairs);
        writer.Write((byte)_kind);
    });

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        var from = input.Type.ItemType();
        var conversion = ValueConversions.Find(from, OutputType) ?? throw NoConversion(input.Name, from, OutputType);
        var annotations = input.Annotations.Keep(KeptAnnotations(from, OutputType));
        if (from is BooleanDataViewType && OutputType is NumberDataViewType)
            annotations.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        Type[] types = [from.RawType, OutputType.RawType];
        var keepsZero = from is not TextDataViewType;
        return new(new(output, input.Type.WithItems(OutputType), annotations.ToAnnotations()), [input.Index], row =>
            DataViewTypes.CallGeneric<Delegate>(null, typeof(Getters), nameof(Getters.Map), types, row, input, conversion, keepsZero));
    }
}

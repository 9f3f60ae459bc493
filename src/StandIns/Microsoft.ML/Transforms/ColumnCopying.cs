using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class ColumnCopyingEstimator : TrivialEstimator<ColumnCopyingTransformer>
{
    internal ColumnCopyingEstimator((string Output, string Input)[] columns) : base(new(columns))
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        inputSchema.With(Array.ConvertAll(Transformer.ColumnPairs, pair => inputSchema.Find(pair.Input).Renamed(pair.Output)));
}

public sealed class ColumnCopyingTransformer : OneToOneTransformerBase
{
    internal const string Id = "CopyColumns";

    internal ColumnCopyingTransformer((string Output, string Input)[] columns) : base(columns)
    {
    }

    internal static ColumnCopyingTransformer Load(IHostEnvironment env, ModelLoadContext ctx) => new(ctx.Reader.ReadPairs());

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer => writer.WritePairs(ColumnPairs));

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input) =>
        new(new(output, input.Type, input.Annotations), [input.Index], row => DataViewTypes.GetterOf(row, input));
}

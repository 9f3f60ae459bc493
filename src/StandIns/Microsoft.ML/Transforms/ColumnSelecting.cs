using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class ColumnSelectingEstimator : TrivialEstimator<ColumnSelectingTransformer>
{
    internal ColumnSelectingEstimator(ColumnSelectingTransformer transformer) : base(transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var named = Array.ConvertAll(Transformer.Names, inputSchema.Find);
        return Transformer.Keep ? new(named) : new(inputSchema.Where(column => !Transformer.Names.Contains(column.Name)));
    }
}

/// <summary>Keeps columns in the order named, or drops them.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string Id = "SelectColumns";

    private readonly bool _keepHidden;

    internal ColumnSelectingTransformer(string[] names, bool keep, bool keepHidden)
    {
        Names = names is { Length: > 0 } ? names : throw new ArgumentException("Name at least one column.", nameof(names));
        Keep = keep;
        _keepHidden = keepHidden;
    }

    bool ITransformer.IsRowToRowMapper => true;

    internal string[] Names { get; }

    internal bool Keep { get; }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MapperFor(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) =>
        new MappedView(input ?? throw new ArgumentNullException(nameof(input)), MapperFor(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MapperFor(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.Write(Keep);
        writer.Write(_keepHidden);
        writer.WriteTexts(Names);
    });

    internal static ColumnSelectingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var keep = ctx.Reader.ReadBoolean();
        var keepHidden = ctx.Reader.ReadBoolean();
        return new(ctx.Reader.ReadTexts(), keep, keepHidden);
    }

    private RowMapper MapperFor(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        foreach (var name in Names)
            Columns.Find(inputSchema, name, "input");
        var selected = Keep
            ? Names.SelectMany(name => inputSchema.Where(column => column.Name == name && (_keepHidden || !column.IsHidden)))
            : inputSchema.Where(column => !Names.Contains(column.Name));
        return new(inputSchema, selected.Select(column => column.Index).ToArray());
    }
}

using System.Reflection;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class CustomMappingEstimator<TSrc, TDst> : TrivialEstimator<CustomMappingTransformer<TSrc, TDst>>
    where TSrc : class, new() where TDst : class, new()
{
    internal CustomMappingEstimator(CustomMappingTransformer<TSrc, TDst> transformer) : base(transformer)
    {
    }

    public override SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        foreach (var member in Transformer.Sources)
        {
            var needed = SchemaShape.Column.Create(member.ColumnName, member.Type);
            var given = inputSchema.Find(member.ColumnName);
            // A vector of unknown size takes one of any size.
            var kindFits = needed.Kind == given.Kind
                || (needed.Kind == SchemaShape.Column.VectorKind.VariableVector && given.Kind == SchemaShape.Column.VectorKind.Vector);
            if (!kindFits || !needed.ItemType.Equals(given.ItemType) || needed.IsKey != given.IsKey)
                throw new ArgumentOutOfRangeException(
                    nameof(inputSchema),
                    $"Schema mismatch for input column '{given.Name}': expected {member.Type}, got {given.TypeString}");
        }
        return inputSchema.With([.. SchemaShape.Create(RowMember.SchemaOf(Transformer.Results))]);
    }
}

/// <summary>Adds columns by calling a function once a row.</summary>
public sealed class CustomMappingTransformer<TSrc, TDst> : ITransformer where TSrc : class, new() where TDst : class, new()
{
    private readonly Action<TSrc, TDst> _map;
    private readonly string _contractName;
    private readonly SchemaDefinition _sourceDefinition;

    internal CustomMappingTransformer(
        Action<TSrc, TDst> map, string contractName, SchemaDefinition sourceDefinition, SchemaDefinition resultDefinition)
    {
        _map = map ?? throw new ArgumentNullException(nameof(map));
        _contractName = contractName;
        _sourceDefinition = sourceDefinition ?? SchemaDefinition.Create(typeof(TSrc), SchemaDefinition.Direction.Write);
        Sources = RowMember.Of(typeof(TSrc), _sourceDefinition);
        Results = RowMember.Of(typeof(TDst), resultDefinition ?? SchemaDefinition.Create(typeof(TDst), SchemaDefinition.Direction.Write));
    }

    bool ITransformer.IsRowToRowMapper => true;

    internal RowMember[] Sources { get; }

    internal RowMember[] Results { get; }

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => MapperFor(inputSchema).OutputSchema;

    public IDataView Transform(IDataView input) =>
        new MappedView(input ?? throw new ArgumentNullException(nameof(input)), MapperFor(input.Schema));

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema) => MapperFor(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        if (_contractName == null)
            throw new InvalidOperationException("Empty contract name for a transform: the transform cannot be saved");
        ctx.Write(CustomMapping.Id, writer =>
        {
            writer.WriteText(_contractName);
            writer.WriteText(_map.Method.DeclaringType.Assembly.FullName);
        });
    }

    private RowMapper MapperFor(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var binding = new RowBinding<TSrc>(inputSchema, false, _sourceDefinition);
        var inputs = binding.Columns.Select(column => column.Index).ToArray();
        var schema = RowMember.SchemaOf(Results);
        var calls = new Calls(_map, binding, schema, Results);
        return new(inputSchema, schema.Select(c => new AddedColumn(new(c), inputs, row => calls.GetterOver(row, c))).ToArray());
    }

    /// <summary>One call a row, however many of its columns are asked for.</summary>
    private sealed class Calls(Action<TSrc, TDst> map, RowBinding<TSrc> binding, DataViewSchema schema, RowMember[] results)
    {
        private readonly System.Runtime.CompilerServices.ConditionalWeakTable<DataViewRow, Call> _byRow = [];

        public Delegate GetterOver(DataViewRow row, DataViewSchema.Column column)
        {
            var call = _byRow.GetValue(row, row => new(map, row, binding.Over(row), new(schema, results)));
            return DataViewTypes.CallGeneric<Delegate>(call, typeof(Call), nameof(Call.Getter), column.Type.RawType, column);
        }
    }

    private sealed class Call(Action<TSrc, TDst> map, DataViewRow input, RowWriter<TSrc> writer, ObjectRow<TDst> output)
    {
        private readonly TSrc _source = new();
        private readonly TDst _result = new();
        private long _position = -1;

        public ValueGetter<T> Getter<T>(DataViewSchema.Column column)
        {
            var getter = output.GetGetter<T>(column);
            return (ref T value) =>
            {
                if (_position != input.Position)
                {
                    writer.Fill(_source);
                    map(_source, _result);
                    output.Set(_result);
                    _position = input.Position;
                }
                getter(ref value);
            };
        }
    }
}

/// <summary>How a custom mapping is found again when a model is loaded: by its contract's name, in its assembly.</summary>
internal static class CustomMapping
{
    public const string Id = "CustomMapping";

    public static ITransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var contractName = ctx.Reader.ReadText();
        var assemblyName = ctx.Reader.ReadText();
        if (env.ComponentCatalog.CreateExtension(contractName) == null)
            env.ComponentCatalog.RegisterAssembly(Assembly.Load(assemblyName));
        return env.ComponentCatalog.CreateExtension(contractName) is ICustomMappingFactory factory
            ? factory.CreateTransformer(contractName)
            : throw new InvalidOperationException(
                $"No custom mapping '{contractName}' in {assemblyName}. "
                + $"Its class needs [CustomMappingFactoryAttribute(\"{contractName}\")]; "
                + "call ComponentCatalog.RegisterAssembly if it has moved to another assembly.");
    }
}

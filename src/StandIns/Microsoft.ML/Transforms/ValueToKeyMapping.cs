using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

/// <summary>Learns the values of columns and numbers them from 1; values never seen and missing ones become 0.</summary>
public sealed class ValueToKeyMappingEstimator : IEstimator<ValueToKeyMappingTransformer>
{
    private readonly (string Output, string Input)[] _columns;
    private readonly int _most;
    private readonly KeyOrdinality _order;
    private readonly bool _asText;
    private readonly IDataView _keyData;

    internal ValueToKeyMappingEstimator(
        (string Output, string Input)[] columns, int most, KeyOrdinality order, bool asText, IDataView keyData)
    {
        if (keyData != null && keyData.Schema.Count(column => !column.IsHidden) != 1)
            throw new ArgumentException($"Key data must have one column; it has {keyData.Schema.Count}.", nameof(keyData));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(most);
        _columns = columns;
        _most = most;
        _order = order;
        _asText = asText;
        _keyData = keyData;
    }

    public ValueToKeyMappingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var columns = Array.ConvertAll(_columns, pair => Columns.Find(input.Schema, pair.Input, "input"));
        var maps = _keyData == null
            ? TermMap.Train(input, columns, _most, _order)
            : Array.ConvertAll(columns, column => TermMap.Train(_keyData, [KeyColumn(column)], _most, _order)[0]);
        return new(_columns, maps, _asText);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema.With(Array.ConvertAll(_columns, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        var values = _asText || input.IsKey ? TextDataViewType.Instance : input.ItemType;
        var annotations = input.Annotations.Only(AnnotationKinds.SlotNames).Append(SchemaShape.Column.KeyValues(values));
        return new SchemaShape.Column(pair.Output, input.Kind, NumberDataViewType.UInt32, true, new(annotations));
    }));

    private DataViewSchema.Column KeyColumn(DataViewSchema.Column input)
    {
        var column = _keyData.Schema.Single(c => !c.IsHidden);
        return column.Type.Equals(input.Type.ItemType())
            ? column
            : throw new InvalidOperationException(
                $"Column '{input.Name}' has item type {input.Type.ItemType()}, the key data {column.Type}.");
    }

    public enum KeyOrdinality : byte
    {
        ByOccurrence = 0,
        ByValue = 1,
    }
}

public sealed class ValueToKeyMappingTransformer : OneToOneTransformerBase
{
    internal const string Id = "ValueToKey";

    private readonly TermMap[] _maps;
    private readonly bool _asText;

    internal ValueToKeyMappingTransformer((string Output, string Input)[] columns, TermMap[] maps, bool asText) : base(columns)
    {
        _maps = maps;
        _asText = asText;
    }

    internal static ValueToKeyMappingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var columns = ctx.Reader.ReadPairs();
        var asText = ctx.Reader.ReadBoolean();
        return new(columns, Array.ConvertAll(columns, _ => TermMap.Read(ctx.Reader)), asText);
    }

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WritePairs(ColumnPairs);
        writer.Write(_asText);
        Array.ForEach(_maps, map => map.Write(writer));
    });

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        var map = _maps[index];
        if (input.Type.ItemType().RawType != map.ItemType.RawType)
            throw new ArgumentOutOfRangeException(
                nameof(input), $"Schema mismatch for input column '{input.Name}': expected {map.ItemType}, got {input.Type.ItemType()}");
        var annotations = input.Annotations.Keep(AnnotationKinds.SlotNames);
        map.AddKeyValues(annotations, input, _asText);
        var type = input.Type.WithItems(new KeyDataViewType(typeof(uint), Math.Max(1, map.Count)));
        return new(new(output, type, annotations.ToAnnotations()), [input.Index], row => map.CreateGetter(row, input));
    }
}

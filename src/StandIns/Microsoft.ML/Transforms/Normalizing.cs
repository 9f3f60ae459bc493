using System.Collections.Immutable;
using System.Numerics;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.Transforms;

public sealed class NormalizingEstimator : IEstimator<NormalizingTransformer>
{
    private readonly (string Output, string Input)[] _columns;
    private readonly long _mostRows;
    private readonly Func<SlotStatistics, (double Scale, double Offset)> _rule;

    internal NormalizingEstimator(
        (string Output, string Input)[] columns, long mostRows, Func<SlotStatistics, (double Scale, double Offset)> rule)
    {
        if (mostRows <= 1)
            throw new ArgumentOutOfRangeException(nameof(mostRows), mostRows, "Must be greater than 1");
        _columns = columns;
        _mostRows = mostRows;
        _rule = rule;
    }

    public NormalizingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var columns = Array.ConvertAll(_columns, pair => Columns.Find(input.Schema, pair.Input, "input"));
        using var cursor = input.GetRowCursor(columns);
        var statistics = Array.ConvertAll(columns, column => ColumnStatistics.Over(cursor, column));
        for (var row = 0L; row < _mostRows && cursor.MoveNext(); row++)
            Array.ForEach(statistics, column => column.ReadRow());
        return new(_columns, Array.ConvertAll(statistics, column => column.Finish(_rule)));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema.With(Array.ConvertAll(_columns, pair =>
    {
        var input = inputSchema.Find(pair.Input);
        if (input.IsKey || input.Kind == SchemaShape.Column.VectorKind.VariableVector || !ColumnStatistics.Accepts(input.ItemType))
            throw ColumnStatistics.Mismatch(input.Name, input.TypeString);
        var annotations = input.Annotations.Only(AnnotationKinds.SlotNames).Append(SchemaShape.Column.IsNormalized);
        return new SchemaShape.Column(pair.Output, input.Kind, input.ItemType, false, new(annotations));
    }));
}

/// <summary>(value - offset) * scale, slot by slot.</summary>
public sealed class NormalizingTransformer : OneToOneTransformerBase
{
    internal const string Id = "Normalize";

    private readonly NormalizerModelParametersBase[] _parameters;

    internal NormalizingTransformer((string Output, string Input)[] columns, NormalizerModelParametersBase[] parameters) : base(columns) =>
        _parameters = parameters;

    public NormalizerModelParametersBase GetNormalizerModelParameters(int index) => _parameters[index];

    internal static NormalizingTransformer Load(IHostEnvironment env, ModelLoadContext ctx)
    {
        var columns = ctx.Reader.ReadPairs();
        return new(columns, Array.ConvertAll(columns, _ => NormalizerModelParametersBase.Read(ctx.Reader)));
    }

    private protected override void Save(ModelSaveContext ctx) => ctx.Write(Id, writer =>
    {
        writer.WritePairs(ColumnPairs);
        Array.ForEach(_parameters, parameters => parameters.Write(writer));
    });

    private protected override AddedColumn Map(int index, string output, DataViewSchema.Column input)
    {
        var parameters = _parameters[index];
        if (!parameters.Fits(input.Type))
            throw ColumnStatistics.Mismatch(input.Name, input.Type.ToString());
        var annotations = input.Annotations.Keep(AnnotationKinds.SlotNames);
        annotations.AddPrimitiveValue(AnnotationKinds.IsNormalized, BooleanDataViewType.Instance, true);
        return new(new(output, input.Type, annotations.ToAnnotations()), [input.Index], row => parameters.CreateGetter(row, input));
    }

    public abstract class NormalizerModelParametersBase
    {
        private protected NormalizerModelParametersBase()
        {
        }

        internal static NormalizerModelParametersBase Create<T>(bool isVector, T[] scale, T[] offset) where T : IFloatingPointIeee754<T> =>
            isVector
                ? new AffineNormalizerModelParameters<ImmutableArray<T>>(
                    [.. scale], Array.TrueForAll(offset, T.IsZero) ? default : [.. offset], new Affine<T>(isVector, scale, offset))
                : new AffineNormalizerModelParameters<T>(scale[0], offset[0], new Affine<T>(isVector, scale, offset));

        internal static NormalizerModelParametersBase Read(ModelReader reader)
        {
            var isSingle = reader.ReadBoolean();
            var isVector = reader.ReadBoolean();
            return isSingle ? Read<float>(reader, isVector) : Read<double>(reader, isVector);
        }

        internal abstract bool Fits(DataViewType type);

        internal abstract Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column);

        internal abstract void Write(ModelWriter writer);

        private static NormalizerModelParametersBase Read<T>(ModelReader reader, bool isVector) where T : IFloatingPointIeee754<T>
        {
            var scale = reader.ReadItems<T>();
            var offset = reader.ReadItems<T>();
            return scale.Length == offset.Length && scale.Length > 0
                ? Create(isVector, scale, offset)
                : throw new InvalidDataException($"The model file has a normaliser of {scale.Length} scales and {offset.Length} offsets.");
        }
    }

    public sealed class AffineNormalizerModelParameters<TData> : NormalizerModelParametersBase
    {
        private readonly IAffine _affine;

        internal AffineNormalizerModelParameters(TData scale, TData offset, IAffine affine)
        {
            Scale = scale;
            Offset = offset;
            _affine = affine;
        }

        public TData Scale { get; }

        public TData Offset { get; }

        internal override bool Fits(DataViewType type) => _affine.Fits(type);

        internal override Delegate CreateGetter(DataViewRow row, DataViewSchema.Column column) => _affine.CreateGetter(row, column);

        internal override void Write(ModelWriter writer) => _affine.Write(writer);
    }
}

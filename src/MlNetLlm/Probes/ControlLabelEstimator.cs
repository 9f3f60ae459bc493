using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>
/// Adds the label of a control task (Hewitt and Liang 2019; see <see cref="ControlTask"/>): random, but the same for the same kind of row,
/// with the classes as frequent as the real label's. A probe's selectivity is its accuracy on the label minus that on this one.
/// </summary>
public sealed class ControlLabelEstimator : IEstimator<ControlLabelTransformer>
{
    private readonly ControlLabelOptions _options;

    /// <summary>Makes the estimator.</summary>
    /// <param name="options">Which label, and what the control labels hang on.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public ControlLabelEstimator(ControlLabelOptions options) => _options = options.Validated();

    /// <summary>Counts the label's classes. Use one fitted transformer for training and test rows: it is one assignment.</summary>
    /// <param name="input">Rows with the label.</param>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">No row has a label.</exception>
    public ControlLabelTransformer Fit(IDataView input)
    {
        var column = ProbeReader.Label(input.Schema, _options.LabelColumn);
        var classes = LabelClasses.Of(column);
        var counts = new long[classes.Count];
        using var cursor = input.GetRowCursor([column]);
        var label = ProbeReader.LabelOf(cursor, column);
        while (cursor.MoveNext())
            if (label() is >= 0 and var one) counts[one]++;
        if (counts.Sum() == 0)
            throw new InvalidDataException(
                $"Column '{_options.LabelColumn}' has no label in any row; a control task copies its frequencies.");
        var transformer = new ControlLabelTransformer(_options, classes, new ControlTask(counts, _options.Seed));
        _ = transformer.InputColumns(input.Schema);
        return transformer;
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var classes = LabelClasses.Promised(ProbeReader.Label(inputSchema, _options.LabelColumn));
        if (_options.KindColumn is { } kind)
            Columns.Find(inputSchema, kind, nameof(_options.KindColumn),
                column => column.Kind == SchemaShape.Column.VectorKind.Scalar && GroupKeys.Serves(column.ItemType), GroupKeys.Expected);
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(ControlLabelTransformer.Added(_options, classes)));
    }
}

/// <summary>Adds control labels to rows.</summary>
public sealed class ControlLabelTransformer : RowTransformer<ulong, uint>
{
    private readonly LabelClasses _classes;
    private readonly ControlTask _task;

    internal ControlLabelTransformer(ControlLabelOptions options, LabelClasses classes, ControlTask task) =>
        (Options, _classes, _task) = (options, classes, task);

    /// <summary>The options.</summary>
    public ControlLabelOptions Options { get; }

    internal static IReadOnlyList<OutputColumn<uint>> Added(ControlLabelOptions options, LabelClasses classes) =>
        [OutputColumn<uint>.Of(
            options.OutputColumn, new KeyDataViewType(typeof(uint), classes.Count), key => key, classes.KeyAnnotations())];

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) => Options.KindColumn is not { } kind ? []
        : [Columns.Find(schema, kind, nameof(Options.KindColumn), GroupKeys.Serves, GroupKeys.Expected)];

    internal override Func<ulong> Reader(DataViewRow row)
    {
        if (Options.KindColumn is not { } kind) return () => (ulong)row.Position;
        var read = GroupKeys.Of(row, row.Schema[kind]);
        return () => BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(read())));
    }

    internal override IReadOnlyList<OutputColumn<uint>> OutputColumns(DataViewSchema schema) => Added(Options, _classes);

    internal override IReadOnlyList<uint> Compute(IReadOnlyList<ulong> rows) => [.. rows.Select(kind => (uint)_task.Label(kind) + 1)];

    private protected override void Save(ModelSaveContext ctx) => throw new NotSupportedException(
        "Control labels are made for comparison and are not kept in a model file. "
        + "Save the probe; make the labels again from ControlLabelOptions.");
}

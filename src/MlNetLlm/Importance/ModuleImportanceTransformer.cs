using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Communities;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Modules;

namespace MlNetLlm.Importance;

/// <summary>
/// The importance of every module for every data set. As a step of a pipeline it adds to each row the importances for the row's data set
/// (<see cref="ImportanceColumns.Importance"/>).
/// </summary>
public sealed class ModuleImportanceTransformer : RowTransformer<string, float[]>
{
    private readonly Dictionary<string, int> _rows;

    internal ModuleImportanceTransformer(
        NamedMatrix matrix, IReadOnlyList<ModelModule> modules, IReadOnlyList<int> examples, IReadOnlyList<PrunedSet> pruned,
        ImportanceOptions options)
    {
        (Matrix, Modules, Examples, Pruned, Options) = (matrix, modules, examples, pruned, options);
        _rows = matrix.Rows.Select((name, row) => (name, row)).ToDictionary(pair => pair.name, pair => pair.row, StringComparer.Ordinal);
    }

    /// <summary>I, (data sets, modules): data sets in the order they first appeared in the data.</summary>
    public NamedMatrix Matrix { get; }

    /// <summary>The modules, in the order of the matrix's columns.</summary>
    public IReadOnlyList<ModelModule> Modules { get; }

    /// <summary>Rows that each data set was measured on.</summary>
    public IReadOnlyList<int> Examples { get; }

    /// <summary>What pruning did, one a data set; empty but for <see cref="ImportanceScore.PrunedAccuracy"/>.</summary>
    public IReadOnlyList<PrunedSet> Pruned { get; }

    /// <summary>The options.</summary>
    public ImportanceOptions Options { get; }

    /// <summary>
    /// A row for each data set and module: DataSet, Module, Layer, Kind, Score, Parameters (see <see cref="ImportanceColumns"/>).
    /// </summary>
    public IDataView Rows => new RowsView<(string DataSet, ModelModule Module, double Score)>(
        Entries,
        new(ImportanceColumns.DataSet, TextDataViewType.Instance, ((string DataSet, ModelModule, double) row) => row.DataSet.AsMemory()),
        new(ImportanceColumns.Module, TextDataViewType.Instance, ((string, ModelModule Module, double) row) => row.Module.Name.AsMemory()),
        new(ImportanceColumns.Layer, NumberDataViewType.Int32, ((string, ModelModule Module, double) row) => row.Module.Layer),
        new(ImportanceColumns.Kind, TextDataViewType.Instance, ((string, ModelModule Module, double) row) => KindOf(row.Module)),
        new(ImportanceColumns.Score, NumberDataViewType.Double, ((string, ModelModule, double Score) row) => row.Score),
        new(ImportanceColumns.Parameters, NumberDataViewType.Int64, ((string, ModelModule Module, double) row) => row.Module.Parameters));

    /// <summary>
    /// A row for each module: Module, Layer, Kind and, as Features, its importances over the data sets, for trainers and evaluators of
    /// clusters.
    /// </summary>
    public IDataView Profiles => new RowsView<(ModelModule Module, float[] Scores)>(
        () => Modules.Select((module, m) => (module, Scores: Column(m))),
        new(ImportanceColumns.Module, TextDataViewType.Instance, ((ModelModule Module, float[]) row) => row.Module.Name.AsMemory()),
        new(ImportanceColumns.Layer, NumberDataViewType.Int32, ((ModelModule Module, float[]) row) => row.Module.Layer),
        new(ImportanceColumns.Kind, TextDataViewType.Instance, ((ModelModule Module, float[]) row) => KindOf(row.Module)),
        new(ImportanceColumns.Features, ImportanceColumns.Vector(Matrix.Rows.Count),
            ((ModelModule, float[] Scores) row) => new VBuffer<float>(row.Scores.Length, row.Scores),
            ImportanceColumns.Slots(Matrix.Rows)));

    /// <summary>Puts measurements of the same modules on different data sets under each other.</summary>
    /// <param name="parts">The measurements; no data set in two of them.</param>
    /// <returns>One for all data sets, with the options of the first.</returns>
    /// <exception cref="ArgumentException">There are none, they have different modules, or a data set stands in two.</exception>
    public static ModuleImportanceTransformer Join(params IReadOnlyList<ModuleImportanceTransformer> parts)
    {
        if (parts.Count == 0) throw new ArgumentException("There is no measurement to join.");
        var columns = parts[0].Matrix.Columns;
        if (parts.FirstOrDefault(part => !part.Matrix.Columns.SequenceEqual(columns)) is { } other)
            throw new ArgumentException(
                $"Measurements of different modules cannot be joined: {columns.Count} of one and {other.Matrix.Columns.Count} of another.");
        List<string> rows = [.. parts.SelectMany(part => part.Matrix.Rows)];
        var values = new double[rows.Count, columns.Count];
        var at = 0;
        foreach (var part in parts)
        {
            Array.Copy(part.Matrix.Values, 0, values, at, part.Matrix.Values.Length);
            at += part.Matrix.Values.Length;
        }
        return new ModuleImportanceTransformer(
            new NamedMatrix(rows, columns, values), parts[0].Modules, [.. parts.SelectMany(part => part.Examples)],
            [.. parts.SelectMany(part => part.Pruned)], parts[0].Options);
    }

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema) =>
        [Columns.Text(schema, Options.DataSetColumn!, nameof(Options.DataSetColumn))];

    internal override Func<string> Reader(DataViewRow row) => TextColumnReader.Of(row, Options.DataSetColumn!);

    internal override IReadOnlyList<OutputColumn<float[]>> OutputColumns(DataViewSchema schema) => ImportanceColumns.For(Matrix.Columns);

    internal override IReadOnlyList<float[]> Compute(IReadOnlyList<string> rows) => [.. rows.Select(name => Row(name))];

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.Save(
        ctx,
        SavedImportance.Pack(Matrix),
        new ImportanceFactory(),
        EmptyRows.OfText(Options.DataSetColumn!),
        [(Options.DataSetColumn!, SavedText.Column)],
        SavedOutput.Vector(ImportanceColumns.Importance, Matrix.Columns.Count));

    private static ReadOnlyMemory<char> KindOf(ModelModule module) => $"{module.Kind}".AsMemory();

    private float[] Row(string dataSet) => _rows.TryGetValue(dataSet, out var d)
        ? [.. Enumerable.Range(0, Modules.Count).Select(m => (float)Matrix.Values[d, m])]
        : throw new ArgumentException(SavedImportance.Unknown(dataSet, Matrix.Rows));

    private float[] Column(int m) => [.. Enumerable.Range(0, Matrix.Rows.Count).Select(d => (float)Matrix.Values[d, m])];

    private IEnumerable<(string DataSet, ModelModule Module, double Score)> Entries() =>
        from d in Enumerable.Range(0, Matrix.Rows.Count)
        from m in Enumerable.Range(0, Modules.Count)
        select (Matrix.Rows[d], Modules[m], Matrix.Values[d, m]);
}

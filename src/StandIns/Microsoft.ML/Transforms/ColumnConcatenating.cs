using Microsoft.ML.Data;

namespace Microsoft.ML.Transforms;

public sealed class ColumnConcatenatingEstimator : IEstimator<ColumnConcatenatingTransformer>
{
    private readonly string _output;
    private readonly string[] _inputs;

    internal ColumnConcatenatingEstimator(string output, string[] inputs)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        _output = output;
        _inputs = inputs is { Length: > 0 } ? inputs : throw new ArgumentException("Name at least one input column.", nameof(inputs));
    }

    /// <summary>Looks at nothing: what is wrong with the columns shows when the transformer is used.</summary>
    public ColumnConcatenatingTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return new ColumnConcatenatingTransformer(_output, _inputs);
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        var columns = Array.ConvertAll(_inputs, inputSchema.Find);
        foreach (var column in columns)
        {
            if (!column.ItemType.Equals(columns[0].ItemType) || column.IsKey != columns[0].IsKey)
                throw new InvalidOperationException(
                    $"Concatenated columns should have the same type. Column '{column.Name}' has type of {column.TypeString}, "
                    + $"but expected column type is {columns[0].TypeString}.");
        }
        return inputSchema.With(
            columns is [{ Kind: not SchemaShape.Column.VectorKind.Scalar } only] ? only.Renamed(_output) : Joined(columns));
    }

    private static bool GivesSlotNames(SchemaShape.Column column) =>
        column.Kind == SchemaShape.Column.VectorKind.Scalar || column.Annotations.TryFindColumn(AnnotationKinds.SlotNames, out _);

    private SchemaShape.Column Joined(SchemaShape.Column[] columns)
    {
        var variable = columns.Any(column => column.Kind == SchemaShape.Column.VectorKind.VariableVector);
        var annotations = new List<SchemaShape.Column>();
        if (!variable && columns.Any(GivesSlotNames))
            annotations.Add(SchemaShape.Column.SlotNames);
        if (columns.All(column => column.Annotations.TryFindColumn(AnnotationKinds.IsNormalized, out _)))
            annotations.Add(SchemaShape.Column.IsNormalized);
        var kind = variable ? SchemaShape.Column.VectorKind.VariableVector : SchemaShape.Column.VectorKind.Vector;
        return new(_output, kind, columns[0].ItemType, columns[0].IsKey, new(annotations));
    }
}

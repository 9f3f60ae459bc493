using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Data;

/// <summary>Makes a <see cref="SchemaShape"/>, whose columns have no public constructor.</summary>
/// <remarks>The public way: ML.NET shapes the schema of a data loader for the estimator appended to it. So a loader that has nothing but
/// the schema is given an estimator that keeps what it is handed. Annotations carry through.</remarks>
public static class SchemaShapes
{
    /// <summary>The shape of a schema.</summary>
    /// <param name="schema">The schema.</param>
    /// <returns>Its shape, annotations included.</returns>
    public static SchemaShape Of(DataViewSchema schema)
    {
        var capture = new Capture();
        new SchemaOnly(schema).Append(capture).GetOutputSchema();
        return capture.Shape!;
    }

    /// <summary>The shape of an input with the columns of a schema added; an added column replaces one of its name.</summary>
    /// <param name="input">The shape to extend.</param>
    /// <param name="added">The columns to add.</param>
    /// <returns>The new shape.</returns>
    public static SchemaShape Add(SchemaShape input, DataViewSchema added)
    {
        var columns = input.ToList();
        foreach (var column in Of(added))
        {
            columns.RemoveAll(older => older.Name == column.Name);
            columns.Add(column);
        }
        return new SchemaShape(columns);
    }

    private sealed class SchemaOnly(DataViewSchema schema) : IDataLoader<int>
    {
        public DataViewSchema GetOutputSchema() => schema;

        public IDataView Load(int input) => throw new NotSupportedException("This loader has a schema and no data.");

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException("This loader has a schema and nothing to save.");
    }

    private sealed class Capture : IEstimator<ITransformer>
    {
        public SchemaShape? Shape { get; private set; }

        public ITransformer Fit(IDataView input) => throw new NotSupportedException("This estimator only keeps a shape.");

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => Shape = inputSchema;
    }
}

using Microsoft.ML;

namespace StandIns.Tests.ML;

/// <summary>The public way to a SchemaShape: a loader chain asks an estimator for its output and hands it the shape of a schema.</summary>
internal sealed class ShapeCapture(DataViewSchema schema) : IDataLoader<int>, IEstimator<ITransformer>
{
    private SchemaShape? _captured;

    public static SchemaShape Of(DataViewSchema schema)
    {
        var capture = new ShapeCapture(schema);
        ((IDataLoader<int>)capture).Append((IEstimator<ITransformer>)capture).GetOutputSchema();
        return capture._captured!;
    }

    public DataViewSchema GetOutputSchema() => schema;

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) => _captured = inputSchema;

    public IDataView Load(int input) => throw new NotSupportedException();

    public ITransformer Fit(IDataView input) => throw new NotSupportedException();

    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
}

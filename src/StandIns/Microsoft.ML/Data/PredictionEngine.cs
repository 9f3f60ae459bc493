using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed class PredictionEngineOptions
{
    public SchemaDefinition InputSchemaDefinition;
    public SchemaDefinition OutputSchemaDefinition;
    public bool IgnoreMissingColumns = true;
    public bool OwnsTransformer = true;
}

public abstract class PredictionEngineBase<TSrc, TDst> : IDisposable where TSrc : class where TDst : class, new()
{
    private readonly ITransformer _transformer;
    private readonly bool _ownsTransformer;
    private readonly ObjectRow<TSrc> _input;
    private readonly DataViewRow _output;
    private readonly RowWriter<TDst> _writer;
    private bool _disposed;

    private protected PredictionEngineBase(ITransformer transformer, bool ignoreMissingColumns,
        SchemaDefinition inputDefinition, SchemaDefinition outputDefinition, bool ownsTransformer)
    {
        _transformer = transformer ?? throw new ArgumentNullException(nameof(transformer));
        _ownsTransformer = ownsTransformer;
        if (!transformer.IsRowToRowMapper)
            throw new ArgumentOutOfRangeException(
                nameof(transformer), $"Must be a row to row mapper; {transformer.GetType().Name} is not.");
        var members = RowMember.Of(typeof(TSrc), inputDefinition ?? SchemaDefinition.Create(typeof(TSrc), SchemaDefinition.Direction.Read));
        _input = new(RowMember.SchemaOf(members), members);
        var mapper = transformer.GetRowToRowMapper(_input.Schema);
        OutputSchema = mapper.OutputSchema;
        _output = mapper.GetRow(_input, OutputSchema);
        _writer = new RowBinding<TDst>(OutputSchema, ignoreMissingColumns, outputDefinition).Over(_output);
    }

    public DataViewSchema OutputSchema { get; }

    public TDst Predict(TSrc example)
    {
        var prediction = new TDst();
        Predict(example, ref prediction);
        return prediction;
    }

    public abstract void Predict(TSrc example, ref TDst prediction);

    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _output.Dispose();
        if (_ownsTransformer)
            (_transformer as IDisposable)?.Dispose();
    }

    private protected void Fill(TSrc example, TDst prediction)
    {
        _input.Set(example);
        _writer.Fill(prediction);
    }
}

public sealed class PredictionEngine<TSrc, TDst> : PredictionEngineBase<TSrc, TDst> where TSrc : class where TDst : class, new()
{
    internal PredictionEngine(ITransformer transformer, bool ignoreMissingColumns,
        SchemaDefinition inputDefinition, SchemaDefinition outputDefinition, bool ownsTransformer)
        : base(transformer, ignoreMissingColumns, inputDefinition, outputDefinition, ownsTransformer)
    {
    }

    public override void Predict(TSrc example, ref TDst prediction)
    {
        ArgumentNullException.ThrowIfNull(example);
        Fill(example, prediction ??= new TDst());
    }
}

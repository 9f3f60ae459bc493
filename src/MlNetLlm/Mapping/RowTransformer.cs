using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// A transformer that computes new columns from each row. Rows are computed in batches that run ahead of the reader, because a language
/// model is far faster on a batch; a single row (prediction engine) is a batch of one. The order and number of rows do not change.
/// </summary>
/// <typeparam name="TInput">What is read from a row.</typeparam>
/// <typeparam name="TOutput">What is computed for it.</typeparam>
public abstract class RowTransformer<TInput, TOutput> : ITransformer
{
    private protected RowTransformer()
    {
    }

    /// <summary>True: every row is computed by itself.</summary>
    public bool IsRowToRowMapper => true;

    /// <summary>Rows that are computed together at most.</summary>
    internal virtual int RowsAhead => 256;

    /// <summary>The input columns' names, each present and of the right type in <paramref name="schema"/>.</summary>
    /// <exception cref="ArgumentException">A column is missing or has another type.</exception>
    internal abstract IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema);

    /// <summary>Makes a reader of the input columns for a row or cursor.</summary>
    internal abstract Func<TInput> Reader(DataViewRow row);

    /// <summary>The columns this transformer adds to data of the given schema.</summary>
    internal abstract IReadOnlyList<OutputColumn<TOutput>> OutputColumns(DataViewSchema schema);

    /// <summary>
    /// Computes the rows of one batch, one result a row in the same order. What takes long stops by <see cref="WorkStop.Token"/>.
    /// </summary>
    internal abstract IReadOnlyList<TOutput> Compute(IReadOnlyList<TInput> rows);

    /// <inheritdoc/>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => Bind(inputSchema).OutputSchema;

    /// <inheritdoc/>
    public IDataView Transform(IDataView input) => new MappedDataView<TInput, TOutput>(input, Bind(input.Schema));

    /// <inheritdoc/>
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => Bind(inputSchema);

    void ICanSaveModel.Save(ModelSaveContext ctx) => Save(ctx);

    /// <summary>Writes the transformer into an ML.NET model file, as components that ML.NET loads by itself.</summary>
    private protected abstract void Save(ModelSaveContext ctx);

    private RowMapping<TInput, TOutput> Bind(DataViewSchema schema) => new(this, schema);
}

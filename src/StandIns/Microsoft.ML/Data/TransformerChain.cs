using System.Collections;

namespace Microsoft.ML.Data;

public sealed class TransformerChain<TLastTransformer> : ITransformer, IEnumerable<ITransformer>, IDisposable
    where TLastTransformer : class, ITransformer
{
    private readonly ITransformer[] _transformers;
    private readonly TransformerScope[] _scopes;

    public readonly TLastTransformer LastTransformer;

    public TransformerChain(params ITransformer[] transformers)
        : this(transformers, transformers?.Select(_ => TransformerScope.Everything))
    {
    }

    public TransformerChain(IEnumerable<ITransformer> transformers, IEnumerable<TransformerScope> scopes)
    {
        _transformers = transformers?.ToArray() ?? [];
        _scopes = scopes?.ToArray() ?? [];
        LastTransformer = _transformers.LastOrDefault() as TLastTransformer;
        if (_transformers.Length > 0 && LastTransformer == null)
            throw new InvalidOperationException(
                $"The last transformer is a {_transformers[^1]?.GetType().Name}, not a {typeof(TLastTransformer).Name}.");
        if (_transformers.Length != _scopes.Length)
            throw new InvalidOperationException($"There are {_transformers.Length} transformers but {_scopes.Length} scopes.");
    }

    bool ITransformer.IsRowToRowMapper => _transformers.All(transformer => transformer.IsRowToRowMapper);

    /// <summary>A chain used as it is is used for scoring.</summary>
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => GetOutputSchema(inputSchema, TransformerScope.Scoring);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema, TransformerScope scope) => OutputSchema(Within(scope), inputSchema);

    public IDataView Transform(IDataView input) => Transform(input, TransformerScope.Scoring);

    public IDataView Transform(IDataView input, TransformerScope scope) => Transform(Within(scope), input);

    public TransformerChain<ITransformer> GetModelFor(TransformerScope scopeFilter) =>
        new(Within(scopeFilter), _scopes.Where(scope => (scope & scopeFilter) != 0));

    public TransformerChain<TNewLast> Append<TNewLast>(TNewLast transformer, TransformerScope scope = TransformerScope.Everything)
        where TNewLast : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(transformer);
        return new([.. _transformers, transformer], [.. _scopes, scope]);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        var mappers = new List<IRowToRowMapper>(_transformers.Length);
        foreach (var transformer in _transformers)
        {
            if (!transformer.IsRowToRowMapper)
                throw new InvalidOperationException($"{transformer.GetType().Name} in the chain is not a row to row mapper.");
            mappers.Add(transformer.GetRowToRowMapper(mappers.Count == 0 ? inputSchema : mappers[^1].OutputSchema));
        }
        return new CompositeMapper(inputSchema, mappers);
    }

    void ICanSaveModel.Save(ModelSaveContext ctx) => TransformerChains.Save(ctx, _transformers, _scopes);

    public IEnumerator<ITransformer> GetEnumerator() => ((IEnumerable<ITransformer>)_transformers).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        foreach (var transformer in _transformers)
            (transformer as IDisposable)?.Dispose();
    }

    private IEnumerable<ITransformer> Within(TransformerScope scope) => _transformers.Where((_, i) => (_scopes[i] & scope) != 0);

    private static DataViewSchema OutputSchema(IEnumerable<ITransformer> transformers, DataViewSchema inputSchema) =>
        transformers.Aggregate(
            inputSchema ?? throw new ArgumentNullException(nameof(inputSchema)), (schema, t) => t.GetOutputSchema(schema));

    private static IDataView Transform(IEnumerable<ITransformer> transformers, IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        OutputSchema(transformers, input.Schema);
        return transformers.Aggregate(input, (data, transformer) => transformer.Transform(data));
    }
}

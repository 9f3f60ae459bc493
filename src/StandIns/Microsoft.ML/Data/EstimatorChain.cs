using Microsoft.ML.Runtime;

namespace Microsoft.ML.Data;

public sealed class EstimatorChain<TLastTransformer> : IEstimator<TransformerChain<TLastTransformer>>
    where TLastTransformer : class, ITransformer
{
    private readonly EstimatorStep[] _steps;

    public readonly IEstimator<TLastTransformer> LastEstimator;

    public EstimatorChain() : this([])
    {
    }

    internal EstimatorChain(EstimatorStep[] steps)
    {
        _steps = steps;
        LastEstimator = steps.LastOrDefault().Estimator as IEstimator<TLastTransformer>;
    }

    public TransformerChain<TLastTransformer> Fit(IDataView input)
    {
        GetOutputSchema(SchemaShape.Create(input.Schema));
        var transformers = new ITransformer[_steps.Length];
        var current = input;
        for (var i = 0; i < _steps.Length; i++)
        {
            transformers[i] = _steps[i].Estimator.Fit(current);
            if (i == _steps.Length - 1)
                break;
            current = transformers[i].Transform(current);
            if (_steps[i].CacheAfter)
                current = new CacheView(current);
        }
        return new(transformers, _steps.Select(step => step.Scope));
    }

    public SchemaShape GetOutputSchema(SchemaShape inputSchema) =>
        _steps.Aggregate(inputSchema, (schema, step) => step.Estimator.GetOutputSchema(schema));

    public EstimatorChain<TNewTrans> Append<TNewTrans>(
        IEstimator<TNewTrans> estimator, TransformerScope scope = TransformerScope.Everything)
        where TNewTrans : class, ITransformer
    {
        ArgumentNullException.ThrowIfNull(estimator);
        return new([.. _steps, new EstimatorStep(estimator, scope, false)]);
    }

    public EstimatorChain<TLastTransformer> AppendCacheCheckpoint(IHostEnvironment env)
    {
        ArgumentNullException.ThrowIfNull(env);
        return _steps.Length == 0 ? this : new([.. _steps[..^1], _steps[^1] with { CacheAfter = true }]);
    }
}

internal readonly record struct EstimatorStep(IEstimator<ITransformer> Estimator, TransformerScope Scope, bool CacheAfter);

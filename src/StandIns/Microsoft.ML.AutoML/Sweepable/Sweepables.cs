using Microsoft.ML.Data;
using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

public interface ISweepable
{
    SearchSpace.SearchSpace SearchSpace { get; }
}

public interface ISweepable<out T> : ISweepable
    where T : IEstimator<ITransformer>
{
    T BuildFromOption(MLContext context, Parameter parameter);
}

/// <summary>An estimator that is made anew from each point of its search space.</summary>
public class SweepableEstimator : ISweepable<IEstimator<ITransformer>>
{
    private readonly Func<MLContext, Parameter, IEstimator<ITransformer>> _factory;

    protected SweepableEstimator()
    {
    }

    public SweepableEstimator(Func<MLContext, Parameter, IEstimator<ITransformer>> factory, SearchSpace.SearchSpace ss) =>
        (_factory, SearchSpace) = (factory, ss);

    public SearchSpace.SearchSpace SearchSpace { get; set; }

    public virtual IEstimator<ITransformer> BuildFromOption(MLContext context, Parameter param) => _factory(context, param);
}

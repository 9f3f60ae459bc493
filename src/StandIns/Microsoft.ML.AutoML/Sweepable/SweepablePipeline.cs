using Microsoft.ML.Data;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace Microsoft.ML.AutoML;

/// <summary>
/// Stages one after the other, each with one or more alternatives. Its search space holds the spaces of all estimators (by number) and
/// the choice of one term, a way through the alternatives such as "e0 * e2".
/// </summary>
public class SweepablePipeline : ISweepable<EstimatorChain<ITransformer>>
{
    internal const string SchemaOption = "_SCHEMA_";

    internal SweepablePipeline() : this([], [[]])
    {
    }

    private SweepablePipeline(Dictionary<string, SweepableEstimator> estimators, List<List<string>> terms) =>
        (Estimators, Terms) = (estimators, terms);

    public Dictionary<string, SweepableEstimator> Estimators { get; }

    /// <summary>Every way through the alternatives, as names of estimators.</summary>
    internal List<List<string>> Terms { get; }

    internal IEnumerable<string> Schemas => Terms.Select(term => string.Join(" * ", term));

    public SearchSpace.SearchSpace SearchSpace
    {
        get
        {
            var space = new SearchSpace.SearchSpace();
            foreach (var (name, estimator) in Estimators)
                if (estimator.SearchSpace is { } own) space.Add(name[1..], own);
            space.Add(SchemaOption, new ChoiceOption([.. Schemas]));
            return space;
        }
    }

    public SweepablePipeline Append(params ISweepable<IEstimator<ITransformer>>[] sweepables)
    {
        var estimators = new Dictionary<string, SweepableEstimator>(Estimators);
        var alternatives = sweepables.SelectMany(one => Alternatives(one, estimators)).ToList();
        return new SweepablePipeline(estimators, [.. Terms.SelectMany(term => alternatives.Select(next => term.Concat(next).ToList()))]);
    }

    public EstimatorChain<ITransformer> BuildFromOption(MLContext context, Parameter parameter)
    {
        var chain = new EstimatorChain<ITransformer>();
        foreach (var name in parameter[SchemaOption].AsType<string>().Split(" * "))
        {
            var own = parameter.TryGetValue(name[1..], out var found) ? found : Parameter.CreateNestedParameter();
            chain = chain.Append(Estimators[name].BuildFromOption(context, own));
        }
        return chain;
    }

    /// <summary>The pipeline of one term, its estimators under their old names.</summary>
    public SweepablePipeline BuildSweepableEstimatorPipeline(string schema)
    {
        var term = schema.Split(" * ").ToList();
        return new SweepablePipeline(term.ToDictionary(name => name, name => Estimators[name]), [term]);
    }

    private static IEnumerable<List<string>> Alternatives(
        ISweepable<IEstimator<ITransformer>> sweepable, Dictionary<string, SweepableEstimator> estimators)
    {
        if (sweepable is SweepableEstimator estimator) return [[Name(estimator, estimators)]];
        var pipeline = (SweepablePipeline)sweepable;
        var names = pipeline.Estimators.ToDictionary(e => e.Key, e => Name(e.Value, estimators));
        return pipeline.Terms.Select(term => term.Select(name => names[name]).ToList());
    }

    private static string Name(SweepableEstimator estimator, Dictionary<string, SweepableEstimator> estimators)
    {
        var name = $"e{estimators.Count}";
        estimators.Add(name, estimator);
        return name;
    }
}

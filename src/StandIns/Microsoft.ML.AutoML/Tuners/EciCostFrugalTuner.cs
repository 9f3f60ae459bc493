using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>
/// A cost-frugal search for each way through a pipeline's alternatives; which of them is next is drawn with odds of one over its estimated
/// cost for improvement (Wang, Wu, Weimer, Zhu, FLAML, MLSys 2021, section 4.2).
/// </summary>
internal sealed class EciCostFrugalTuner : ITuner
{
    private readonly Dictionary<string, Way> _ways;
    private readonly Parameter _defaults;
    private readonly Random _random;

    public EciCostFrugalTuner(SweepablePipeline pipeline, SearchSpace.SearchSpace space, int seed)
    {
        _random = new Random(seed);
        _defaults = space.SampleFromFeatureSpace(space.Default)[AutoMLExperiment.PipelineKey];
        _ways = pipeline.Schemas.ToDictionary(schema => schema,
            schema => new Way(new CostFrugalTuner(pipeline.BuildSweepableEstimatorPipeline(schema).SearchSpace, seed)));
    }

    public Parameter Propose(TrialSettings settings)
    {
        var proposed = Draw().Tuner.Propose(settings);
        foreach (var key in _defaults.Keys.Where(key => !proposed.ContainsKey(key))) proposed[key] = _defaults[key];
        return Parameter.CreateNestedParameter(KeyValuePair.Create(AutoMLExperiment.PipelineKey, proposed));
    }

    public void Update(TrialResult result)
    {
        var pipeline = result.TrialSettings.Parameter[AutoMLExperiment.PipelineKey];
        var way = _ways[pipeline[SweepablePipeline.SchemaOption].AsType<string>()];
        way.Add(result.Loss, Math.Max(result.DurationInMilliseconds, 1));
        way.Tuner.Update(new TrialResult
        {
            TrialSettings = new TrialSettings { TrialId = result.TrialSettings.TrialId, Parameter = pipeline },
            Loss = result.Loss,
            DurationInMilliseconds = result.DurationInMilliseconds,
        });
    }

    // Every way is tried once before costs decide.
    private Way Draw()
    {
        if (_ways.Values.FirstOrDefault(way => way.Spent == 0) is { } fresh) return fresh;
        var best = _ways.Values.Min(way => way.Best);
        var odds = _ways.Values.Select(way => (Way: way, Odds: 1 / way.CostForImprovement(best))).ToList();
        var at = _random.NextDouble() * odds.Sum(o => o.Odds);
        foreach (var (way, odd) in odds)
            if ((at -= odd) < 0) return way;
        return odds[^1].Way;
    }

    private sealed class Way(CostFrugalTuner tuner)
    {
        private double _sinceBest;
        private double _betweenBests;
        private double _secondBest = double.MaxValue;

        public CostFrugalTuner Tuner => tuner;

        public double Best { get; private set; } = double.MaxValue;

        public double Spent { get; private set; }

        public void Add(double loss, double cost)
        {
            Spent += cost;
            _sinceBest += cost;
            if (!(loss < Best)) return;
            (_betweenBests, _sinceBest) = (_sinceBest, 0);
            (_secondBest, Best) = (Best, loss);
        }

        // The cost of its own next improvement, or of closing the gap to the best at its pace so far, whichever is larger.
        public double CostForImprovement(double best)
        {
            var own = Math.Max(Math.Max(_sinceBest, _betweenBests), 1);
            var pace = (_secondBest - Best) / Math.Max(_sinceBest + _betweenBests, 1);
            var gap = 2 * (Best - best);
            return gap > 0 && pace > 0 ? Math.Max(own, gap / pace) : own;
        }
    }
}

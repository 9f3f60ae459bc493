using Microsoft.ML.SearchSpace;

namespace Microsoft.ML.AutoML;

/// <summary>
/// Cost-frugal optimisation (Wu, Wang, Huang, AAAI 2021, algorithm 1, FLOW²): from the defaults a random direction of the unit sphere is
/// tried and then its opposite; a better point becomes the incumbent and lengthens the step, a run of failures shortens it; a step that
/// has become too short starts the search again within the box of the starts so far.
/// </summary>
/// <remarks>
/// Two weaknesses are the package's own, and stay: that box is the defaults alone, so that every search starts there; and the incumbent
/// is where its values map to, for a choice or whole number the lower edge of its part, which short steps hardly leave.
/// </remarks>
internal sealed class CostFrugalTuner : ITuner
{
    private const double FirstStep = 0.1;
    private const double ShortestStep = 1e-4;
    private const double StepFactor = 2;
    private const double BelowOne = 1 - 1e-8;

    private readonly SearchSpace.SearchSpace _space;
    private readonly Random _random;
    private readonly double[] _low;
    private readonly double[] _high;
    private double[] _incumbent;
    private double[] _tried;
    private double _best;
    private double _step;
    private int _failures;

    public CostFrugalTuner(SearchSpace.SearchSpace space, int seed)
    {
        _space = space;
        _random = new Random(seed);
        _low = [.. space.Default];
        _high = [.. space.Default];
    }

    private int Dimensions => Math.Max(1, _space.FeatureSpaceDim);

    public Parameter Propose(TrialSettings settings)
    {
        if (_incumbent is null)
            return _space.SampleFromFeatureSpace([.. _low.Zip(_high, (low, high) => low + ((high - low) * _random.NextDouble()))]);
        double[] move;
        if (_tried is null)
            move = _tried = Direction();
        else
            (move, _tried) = ([.. _tried.Select(d => -d)], null);
        return _space.SampleFromFeatureSpace([.. _incumbent.Zip(move, (at, by) => Math.Clamp(at + by, 0, BelowOne))]);
    }

    public void Update(TrialResult result)
    {
        if (_incumbent is null)
            Start(_space.MappingToFeatureSpace(result.TrialSettings.Parameter), result.Loss);
        else if (result.Loss < _best)
        {
            (_incumbent, _best) = (_space.MappingToFeatureSpace(result.TrialSettings.Parameter), result.Loss);
            (_tried, _failures) = (null, 0);
            _step = Math.Min(_step * StepFactor, Math.Sqrt(Dimensions));
        }
        else if (++_failures >= 2 * Dimensions)
        {
            (_step, _failures) = (_step / StepFactor, 0);
            if (_step < ShortestStep) _incumbent = null;
        }
    }

    private void Start(double[] at, double loss)
    {
        (_incumbent, _best, _tried, _failures) = (at, loss, null, 0);
        _step = FirstStep * Math.Sqrt(Dimensions);
        for (var i = 0; i < at.Length; i++) (_low[i], _high[i]) = (Math.Min(_low[i], at[i]), Math.Max(_high[i], at[i]));
    }

    private double[] Direction()
    {
        var vector = Enumerable.Range(0, _space.FeatureSpaceDim).Select(_ => Normal(_random)).ToArray();
        var length = Math.Sqrt(vector.Sum(v => v * v));
        return [.. vector.Select(v => v * _step / length)];
    }

    internal static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

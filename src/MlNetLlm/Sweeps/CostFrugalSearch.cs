using Microsoft.ML.SearchSpace;
using MlNetLlm.Training;

namespace MlNetLlm.Sweeps;

/// <summary>
/// AutoML's cost-frugal local search (Wu, Wang, Huang, AAAI 2021, FLOW²), one after the other: the first from the space's defaults, each
/// later one from a random point when the one before has converged.
/// </summary>
/// <remarks>
/// The package means to draw a new start from the box of the starts so far, but that box is the default alone and never grows; it comes
/// back to its start, and that is how one sees that it has converged. Points whose loss is known are answered from memory: near a choice's
/// or whole number's best value most moves change nothing, and would cost a trial each.
/// </remarks>
internal sealed class CostFrugalSearch(TunerKind kind, Microsoft.ML.SearchSpace.SearchSpace space, int seed) : IPointSearch
{
    private const int MostAnswers = 1000;   // in a row: of a small space every point may be known

    private readonly RandomStream _starts = new(seed, "starts of local searches");
    private readonly Dictionary<int, Proposal> _open = [];
    private readonly Dictionary<Parameter, (double? Loss, TimeSpan Duration)> _known = [];
    private LocalSearch _search = new(new SmoothSpace(space), kind, seed);

    /// <inheritdoc/>
    public Parameter Propose(int trial)
    {
        for (var answers = 0; ; answers++)
        {
            var proposal = Next();
            if (answers == MostAnswers || !_known.TryGetValue(proposal.Values, out var known))
            {
                _open[trial] = proposal;
                return proposal.Values;
            }
            proposal.Tell(known.Loss, known.Duration);
        }
    }

    /// <inheritdoc/>
    public void Update(int trial, double? loss, TimeSpan duration)
    {
        _open.Remove(trial, out var proposal);
        _known[proposal!.Values] = (loss, duration);
        proposal.Tell(loss, duration);
    }

    private Proposal Next()
    {
        var number = _search.Asked++;
        var point = _search.Tuner.Propose(number);
        if (number > 0 && _search.Space.IsStart(point))
        {
            var elsewhere = new SmoothSpace(space, _starts.NextDouble);
            if (_search.Told == 0)   // its start is under way, and no other point can be named yet: a random one, which it is not told of
                return new Proposal(elsewhere.Values(elsewhere.Cube.SampleFromFeatureSpace(elsewhere.Cube.Default)), null, 0);
            _search = new LocalSearch(elsewhere, kind, (int)(_starts.NextSeed() & int.MaxValue));
            return Next();
        }
        return new Proposal(_search.Space.Values(point), _search, number);
    }

    private sealed class LocalSearch(SmoothSpace start, TunerKind kind, int seed)
    {
        public SmoothSpace Space => start;

        public PackageTuner Tuner { get; } = new(kind, start.Cube, seed);

        public int Asked { get; set; }

        public int Told { get; set; }
    }

    private sealed record Proposal(Parameter Values, LocalSearch? Search, int Number)
    {
        public void Tell(double? loss, TimeSpan duration)
        {
            if (Search is null) return;
            Search.Told++;
            Search.Tuner.Update(Number, loss, duration);
        }
    }
}

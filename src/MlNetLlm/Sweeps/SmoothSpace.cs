using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;

namespace MlNetLlm.Sweeps;

/// <summary>
/// A search space as one for local search: each dimension is the unit interval, and every move of the search's first length can change it.
/// A choice or whole number is a part of the interval; where parts are wide, all of them lie in it several times over.
/// </summary>
/// <remarks>
/// ML.NET takes a choice or whole number for the lower edge of its part: half of all moves from there lead into the neighbour, and the
/// others must be as long as the part is wide. Here it is kept where the search has put it, at first in the middle of its part.
/// </remarks>
internal sealed class SmoothSpace
{
    private const double WidestPart = 0.1;   // FLOW² moves by 0.1 √d at first, by 0.1 or so in each of d dimensions
    private const double Edge = 1e-7;        // a start stays so far inside that a move cut off at the edge does not lead to it
    private const double Rounding = 1e-12;

    private readonly Microsoft.ML.SearchSpace.SearchSpace _space;
    private readonly Dictionary<string, double> _start = new(StringComparer.Ordinal);

    /// <summary>The smooth form of a space.</summary>
    /// <param name="space">The space.</param>
    /// <param name="draw">Draws the start in each dimension, from 0 to 1; null = the space's defaults.</param>
    public SmoothSpace(Microsoft.ML.SearchSpace.SearchSpace space, Func<double>? draw = null)
    {
        _space = space;
        foreach (var (name, option) in space.OrderBy(o => o.Key, StringComparer.Ordinal))
            for (var i = 0; i < option.FeatureSpaceDim; i++)
            {
                var key = Key(name, i);
                _start[key] = Math.Clamp(draw?.Invoke() ?? Middle(option, i), Edge, 1 - Edge);
                Cube.Add(key, new UniformDoubleOption(0, 1, defaultValue: _start[key]));
            }
    }

    /// <summary>What the search is given.</summary>
    public Microsoft.ML.SearchSpace.SearchSpace Cube { get; } = new();

    /// <summary>Whether a point of the cube is where the search starts.</summary>
    public bool IsStart(Parameter point) => _start.All(s => Math.Abs(point[s.Key].AsType<double>() - s.Value) <= Rounding);

    /// <summary>The values at a point of the cube.</summary>
    public Parameter Values(Parameter point)
    {
        var values = _space.SampleFromFeatureSpace(_space.Default);
        foreach (var (name, option) in _space)
            values[name] = OptionSpace.Within(option, option.SampleFromFeatureSpace(
                [.. Enumerable.Range(0, option.FeatureSpaceDim).Select(i => Unfold(option, point[Key(name, i)].AsType<double>()))]));
        return values;
    }

    private static string Key(string name, int dimension) => $"{name}/{dimension}";

    private static double Unfold(OptionBase option, double at)
    {
        var copies = Copies(option);
        if (copies > 0) return at * copies % 1;
        return at <= Edge ? 0 : at >= 1 - Edge ? 1 : at;
    }

    // In the middle copy, the middle of the start's part.
    private static double Middle(OptionBase option, int dimension)
    {
        var start = option.Default[dimension];
        var copies = Copies(option);
        if (copies == 0) return start;
        var (low, high) = PartAt(option, start);
        return ((copies / 2) + ((low + high) / 2)) / copies;
    }

    // How often the parts lie in the interval; 0 without parts. In a logarithmic range the first part is the widest.
    private static int Copies(OptionBase option)
    {
        var (low, high) = PartAt(option, 0);
        return (int)Math.Ceiling((high - low) / WidestPart);
    }

    private static (double Low, double High) PartAt(OptionBase option, double at)
    {
        if (option is ChoiceOption { Choices.Length: var count }) return (at, at + (1.0 / count));
        if (option is not UniformIntOption) return (at, at);
        var whole = OptionSpace.Within(option, option.SampleFromFeatureSpace([at])).AsType<int>();
        double Place(int value) => option.MappingToFeatureSpace(Parameter.FromInt(value))[0];
        return (Place(whole), Place(whole + 1));
    }
}

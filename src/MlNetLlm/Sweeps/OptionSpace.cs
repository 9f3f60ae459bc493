using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// The search space of an options record: its properties with a Range, Choice or BooleanChoice attribute, each starting at the record's own
/// value. ML.NET's SearchSpace&lt;T&gt; starts at the attribute's value instead, which may differ, and never tries the largest value of a
/// whole range.
/// </summary>
/// <remarks>
/// In an experiment of AutoML's own, its default tuner, the cost-frugal one, hardly ever leaves the choice and the small whole number that
/// it starts at: take its random or SMAC tuner for them, or a <see cref="ParallelSweep"/>.
/// </remarks>
public static class OptionSpace
{
    // A logarithmic range gives its start back up to rounding: 0.002 becomes 0.0019999999999999987.
    private const double RoundingOfARange = 1e-12;

    /// <summary>The space around given options: ranges and candidates grow where the options lie outside.</summary>
    /// <param name="defaults">The options that the sweep starts from.</param>
    /// <returns>One option a swept property, under the property's name.</returns>
    public static Microsoft.ML.SearchSpace.SearchSpace Of<TOptions>(TOptions defaults)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(defaults);
        var space = new Microsoft.ML.SearchSpace.SearchSpace();
        foreach (var property in defaults.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
            if (Option(property, property.GetValue(defaults)) is { } option)
                space.Add(property.Name, option);
        return space;
    }

    /// <summary>The options at a point of the space; everything that is not swept stays as it is.</summary>
    /// <param name="defaults">The options that the space was made of.</param>
    /// <param name="point">Values by property name.</param>
    /// <exception cref="ArgumentException">The point names a property that the record does not have.</exception>
    public static TOptions Apply<TOptions>(TOptions defaults, Parameter point)
        where TOptions : class
    {
        var json = JsonSerializer.SerializeToNode(defaults, JsonOptions.Strict)!.AsObject();
        foreach (var name in point.Keys)
        {
            var property = typeof(TOptions).GetProperty(name) ?? throw new ArgumentException(
                $"{typeof(TOptions).Name} has no '{name}'. {Hint(name, typeof(TOptions))}");
            var start = property.GetValue(defaults);
            var value = Option(property, start) is { } option ? Within(option, point[name]) : point[name];
            json[JsonOptions.Strict.PropertyNamingPolicy!.ConvertName(name)] = Value(value, start);
        }
        return StrictJson.Parse<TOptions>(json.ToJsonString(JsonOptions.Strict), $"a point of {typeof(TOptions).Name}");
    }

    /// <summary>The range of whole numbers from a least to a largest value; ML.NET rounds down, and so needs an end above it.</summary>
    internal static UniformIntOption Whole(int least, int most, bool log, int? start) => new(least, checked(most + 1), log, start);

    /// <summary>The same value, but for a whole number at its range's end, which ML.NET's rounding gives at the very edge.</summary>
    internal static Parameter Within(OptionBase option, Parameter value) =>
        option is UniformIntOption range && value.AsType<double>() == range.Max ? Parameter.FromInt((int)range.Max - 1) : value;

    /// <summary>A point's value as JSON.</summary>
    internal static JsonNode Value(Parameter value, object? start = null) => value.ParameterType switch
    {
        ParameterType.Integer => JsonValue.Create(value.AsType<long>()),
        ParameterType.Number => JsonValue.Create(Snapped(value.AsType<double>(), start as double?)),
        ParameterType.Bool => JsonValue.Create(value.AsType<bool>()),
        _ => JsonValue.Create(value.AsType<string>()),
    };

    private static double Snapped(double value, double? start) =>
        start is { } exact && Math.Abs(value - exact) <= RoundingOfARange * Math.Abs(exact) ? exact : value;

    private static OptionBase? Option(PropertyInfo property, object? start) =>
        property.GetCustomAttributes(inherit: true).Select(attribute => attribute switch
        {
            RangeAttribute range => Range(range, start!),
            ChoiceAttribute choice => Choice(choice.Candidates, start!),
            BooleanChoiceAttribute => Choice([false, true], start!),
            _ => null,
        }).FirstOrDefault(option => option is not null);

    private static OptionBase Range(RangeAttribute range, object start)
    {
        if (start is int whole)
        {
            var (least, most) = (Convert.ToInt32(range.Min, null), Convert.ToInt32(range.Max, null));
            return Whole(Math.Min(least, whole), Math.Max(most, whole), range.LogBase, whole);
        }
        var number = Convert.ToDouble(start, null);
        var (low, high) = (Convert.ToDouble(range.Min, null), Convert.ToDouble(range.Max, null));
        return new UniformDoubleOption(Math.Min(low, number), Math.Max(high, number), range.LogBase, number);
    }

    // Enum members by name: that is how parameters and JSON write them.
    private static ChoiceOption Choice(IEnumerable<object> candidates, object start)
    {
        var first = Plain(start);
        var all = candidates.Select(Plain).ToList();
        if (!all.Contains(first)) all.Insert(0, first);
        return new ChoiceOption([.. all], first);
    }

    private static object Plain(object value) => value is Enum ? value.ToString()! : value;

    private static string Hint(string name, Type type)
    {
        var known = type.GetProperties().Select(p => p.Name).ToList();
        return Nearest.To(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", known)}.";
    }
}

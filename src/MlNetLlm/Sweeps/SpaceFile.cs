using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.ML.SearchSpace.Option;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What a sweep of an experiment searches and what it makes small, as a JSON file says it: metric, space and, optionally, halving.
/// </summary>
public sealed record SpaceFile
{
    /// <summary>The metric of the experiment's result.</summary>
    public required SweepMetric Metric { get; init; }

    /// <summary>Options to sweep, by name; a dot leads into a group.</summary>
    public required IReadOnlyDictionary<string, SweptOption> Space { get; init; }

    /// <summary>Stops hopeless trials early; absent = never.</summary>
    public HalvingOptions? Halving { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the fault is named.</exception>
    public static SpaceFile Read(string path)
    {
        var file = StrictJson.ReadFile<SpaceFile>(path);
        List<string> faults = file.Space.Count == 0 ? ["space is empty; expected options to sweep."]
            : [.. file.Space.SelectMany(o => o.Value?.Faults(o.Key) ?? [$"{o.Key}: is null; {SweptOption.Expected}."])];
        faults.AddRange(file.Space.Keys.GroupBy(name => name, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
            .Select(same => $"{string.Join(" and ", same)} are one option, whatever the case; name it once."));
        return faults.Count == 0 ? file : throw new InvalidDataException($"'{path}': {string.Join(" ", faults)}");
    }

    /// <summary>
    /// The same, which starts at given options wherever it names no start and their value is in the range or one of the choices.
    /// </summary>
    /// <param name="options">The options, as a preset has them.</param>
    public SpaceFile StartingAt(JsonNode options) => this with
    {
        Space = Space.ToDictionary(o => o.Key, o => o.Value.StartingAt(Find(options, o.Key)), StringComparer.Ordinal),
    };

    private static JsonNode? Find(JsonNode? options, string name)
    {
        foreach (var part in name.Split('.'))
            options = (options as JsonObject)?.FirstOrDefault(p => string.Equals(p.Key, part, StringComparison.OrdinalIgnoreCase)).Value;
        return options;
    }

    /// <summary>The search space; the range of a whole number ends one above its largest value, which ML.NET never reaches.</summary>
    public Microsoft.ML.SearchSpace.SearchSpace ToSearchSpace()
    {
        var space = new Microsoft.ML.SearchSpace.SearchSpace();
        foreach (var (name, option) in Space) space.Add(name, option.ToOption());
        return space;
    }

    internal static string Describe(string name, OptionBase option) => option switch
    {
        ChoiceOption choice => $"{name} of {string.Join('|', choice.Choices.Select(c => OptionSpace.Value(c).ToJsonString()))}",
        UniformNumericOption range => string.Create(CultureInfo.InvariantCulture,
            $"{name} in {range.Min:R} to {(range is UniformIntOption ? "below " : "")}{range.Max:R}{(range.LogBase ? " log" : "")}"
            + $"{(range is UniformIntOption ? " whole" : "")}"),
        _ => name,
    };
}

/// <summary>A metric of a result, and which way is better.</summary>
/// <param name="Arm">The arm.</param>
/// <param name="Name">The metric's name.</param>
/// <param name="Split">The split, or null where the metric has none.</param>
/// <param name="Maximize">Whether larger is better.</param>
public sealed record SweepMetric(string Arm, string Name, string? Split = null, bool Maximize = false);

/// <summary>One option to sweep: either a choice, or a range from min to max.</summary>
public sealed record SweptOption
{
    internal const string Expected = "expected choice, or min and max";

    /// <summary>The values to choose from.</summary>
    public IReadOnlyList<JsonNode>? Choice { get; init; }

    /// <summary>The least value.</summary>
    public double? Min { get; init; }

    /// <summary>The largest value.</summary>
    public double? Max { get; init; }

    /// <summary>Whether the logarithm is searched evenly; needs a least value above 0.</summary>
    public bool Log { get; init; }

    /// <summary>Whether only whole numbers are tried.</summary>
    public bool Whole { get; init; }

    /// <summary>Where a tuner that starts somewhere starts; absent = the least value, or the first choice.</summary>
    public JsonNode? Start { get; init; }

    internal IEnumerable<string> Faults(string name) =>
        (Choice is null ? RangeFaults() : ChoiceFaults(Choice)).Select(fault => $"{name}: {fault}.");

    internal SweptOption StartingAt(JsonNode? value)
    {
        if (Start is not null || value is not JsonValue) return this;
        if (Choice is not null) return this with { Start = Choice.FirstOrDefault(one => Text(one) == Text(value))?.DeepClone() };
        if (value.GetValueKind() != JsonValueKind.Number) return this;
        var number = Number(value);
        return number >= Min && number <= Max && !(Whole && number % 1 != 0) ? this with { Start = JsonValue.Create(number) } : this;
    }

    internal OptionBase ToOption()
    {
        if (Choice is not null)
        {
            var values = Choice.Select(Plain).ToArray();
            return Start is null ? new ChoiceOption(values) : new ChoiceOption(values, Plain(Choice.First(c => Text(c) == Text(Start))));
        }
        double? start = Start is null ? null : Number(Start);
        return Whole
            ? OptionSpace.Whole((int)Min!, (int)Max!, Log, (int?)start)
            : new UniformDoubleOption(Min!.Value, Max!.Value, Log, start);
    }

    private IEnumerable<string> ChoiceFaults(IReadOnlyList<JsonNode> choice)
    {
        if (choice.Count == 0) yield return "choice is empty";
        if (Min is not null || Max is not null) yield return "has both choice and min or max; expected one of them";
        if (Log || Whole) yield return $"{(Log ? "log" : "whole")} is for min and max; a choice has its values alone";
        if (choice.Select(Text).Distinct().Count() != choice.Count) yield return "choice holds a value twice";
        if (choice.Any(c => c is not JsonValue))
            yield return "choice holds a list, a group or null; expected numbers, texts, true or false";
        else if (Start is not null && choice.All(c => Text(c) != Text(Start)))
            yield return $"start {Start.ToJsonString()} is not in choice [{string.Join(", ", choice.Select(c => c.ToJsonString()))}]";
    }

    private IEnumerable<string> RangeFaults()
    {
        if (Min is null || Max is null) yield return Expected;
        else if (!(Min < Max && double.IsFinite(Max.Value - Min.Value))) yield return $"min {Min} is not below max {Max}";
        if (Log && !(Min > 0)) yield return $"log needs min above 0, not {Min}";
        if (Whole && (Min % 1 != 0 || Max % 1 != 0)) yield return "whole needs whole min and max";
        else if (Whole && (Min < int.MinValue || Max >= int.MaxValue))
            yield return $"whole needs min from {int.MinValue} and max below {int.MaxValue}";
        if (Start is null) yield break;
        if (Start.GetValueKind() != JsonValueKind.Number) yield return $"start is {Start.GetValueKind()}; expected a number";
        else if (!(Number(Start) >= Min && Number(Start) <= Max)) yield return $"start {Start.ToJsonString()} is outside";
        else if (Whole && Number(Start) % 1 != 0) yield return $"start {Start.ToJsonString()} is not whole";
    }

    // The same for 1 and 1.0, and for no number and a text.
    private static string Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.Number
        ? Number(node).ToString("R", CultureInfo.InvariantCulture) : node?.ToJsonString() ?? "null";

    private static double Number(JsonNode node) => double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);

    private static object Plain(JsonNode node) => node.GetValueKind() switch
    {
        JsonValueKind.Number => Number(node) is var number && (int)number == number ? (object)(int)number : number,
        JsonValueKind.True or JsonValueKind.False => node.GetValue<bool>(),
        _ => node.GetValue<string>(),
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using MlNetLlm.Persistence;

namespace MlNetLlm.Sweeps;

/// <summary>
/// What must not change when a sweep goes on: space, tuner, halving, and what the caller names. The number of trials may grow, and workers
/// are nobody's business.
/// </summary>
internal sealed class SweepPlan
{
    private readonly JsonObject _json;

    /// <summary>The plan of a sweep.</summary>
    public SweepPlan(Microsoft.ML.SearchSpace.SearchSpace space, SweepOptions options, JsonObject subject)
    {
        var plan = new JsonObject(subject.Select(p => KeyValuePair.Create(p.Key, p.Value?.DeepClone())));
        foreach (var (name, value) in JsonSerializer.SerializeToNode(new
        {
            options.Tuner, options.Seed, options.GridSteps, options.Halving,
            Space = space.Keys.Order(StringComparer.Ordinal).Select(name => SpaceFile.Describe(name, space[name])),
            Start = SweepTuner.Learning(options.Tuner) ? space.Default : null,
        }, OneLine)!.AsObject())
            plan[name] = value?.DeepClone();
        _json = JsonNode.Parse(plan.ToJsonString(OneLine))!.AsObject();   // as it reads back
    }

    /// <summary>JSON as the journal has it.</summary>
    public static JsonSerializerOptions OneLine { get; } = new(JsonOptions.Strict) { WriteIndented = false };

    /// <summary>The plan as JSON.</summary>
    public string Text => _json.ToJsonString(OneLine);

    /// <summary>The halving of a plan; null where it has none.</summary>
    public static HalvingOptions? Halving(string? plan) =>
        plan is null ? null : JsonNode.Parse(plan)!["halving"]?.Deserialize<HalvingOptions>(OneLine);

    /// <summary>
    /// Whether a journal is of this plan. One without any outcome has learned nothing yet, and makes room for another, as an empty one does.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is of another; what differs is named.</exception>
    /// <exception cref="InvalidDataException">Its plan is lost.</exception>
    public bool IsOf(SweepContent found)
    {
        var isEmpty = found.Entries.All(e => e.Ended is null);
        if (found.Plan is not { } plan)
            return isEmpty ? false : throw new InvalidDataException($"{found.Damage}. It no longer says which sweep it is of; "
                + "restore the file from a copy, or choose another folder.");
        var other = JsonNode.Parse(plan)!.AsObject();
        var name = _json.Select(p => p.Key).Union(other.Select(p => p.Key)).FirstOrDefault(n => !JsonNode.DeepEquals(_json[n], other[n]));
        if (name is null) return true;
        if (isEmpty) return false;
        string Text(JsonObject of) => of[name]?.ToJsonString(OneLine) ?? "none";
        throw new InvalidOperationException($"'{Path.GetDirectoryName(found.File)}' holds another sweep: its {name} is {Text(other)}, "
            + $"this one's is {Text(_json)}. Go on with the same, or choose another folder."
            + (found.Lost.Count == 0 ? "" : $" ({found.Damage}.)"));
    }
}

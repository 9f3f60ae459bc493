using System.Text.Json;
using System.Text.Json.Nodes;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// The rules of a result's claims. A result keeps them among its options, wherever the experiment has its claims there, as objects with an
/// id and a rule.
/// </summary>
internal static class ClaimRules
{
    /// <summary>Each claim's rule; claims that are judged by another kind of rule, such as sameness within a margin, are not in it.</summary>
    public static IReadOnlyDictionary<string, ClaimRule> Of(RunResult result)
    {
        var kept = new Dictionary<string, ClaimRule>();
        Collect(result.Options, kept);
        var rules = new Dictionary<string, ClaimRule>();
        foreach (var claim in result.Claims)
            if (kept.TryGetValue(claim.Id, out var rule) && claim.Expected.EndsWith(Text(rule), StringComparison.Ordinal))
                rules[claim.Id] = rule;
        return rules;
    }

    /// <summary>A rule as results spell it: &gt; 0.5.</summary>
    public static string Text(ClaimRule rule) => FormattableString.Invariant($"{Side(rule)} {rule.Threshold}");

    private static char Side(ClaimRule rule) => rule.Direction == ClaimDirection.Below ? '<' : '>';

    private static void Collect(JsonNode? node, Dictionary<string, ClaimRule> kept)
    {
        if (node is JsonObject named)
        {
            if (named["id"]?.GetValueKind() == JsonValueKind.String && named["rule"] is JsonObject rule && Read(rule) is { } read)
                kept.TryAdd(named["id"]!.GetValue<string>(), read);
            foreach (var (_, child) in named) Collect(child, kept);
        }
        else if (node is JsonArray listed)
        {
            foreach (var child in listed) Collect(child, kept);
        }
    }

    // Another program's options may hold what only looks like a rule.
    private static ClaimRule? Read(JsonObject rule)
    {
        try
        {
            return rule.Deserialize<ClaimRule>(JsonOptions.Strict);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

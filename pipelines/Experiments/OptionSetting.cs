using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// A Name=Value of the command line: finds the option by its name and reads the value as what the option takes. A text needs no quotes.
/// </summary>
/// <param name="set">It, as it was given.</param>
internal sealed class OptionSetting(string set)
{
    /// <summary>Changes options.</summary>
    /// <param name="options">The options, as a preset has them.</param>
    /// <param name="type">What they are.</param>
    /// <exception cref="ArgumentException">It is no Name=Value, there is no such option, or the option takes no such value.</exception>
    public void Apply(JsonObject options, JsonTypeInfo type)
    {
        var equals = set.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new ArgumentException($"--set '{set}' is no Name=Value.");
        var path = set[..equals].Split('.');
        var (target, member) = (options, type);
        foreach (var group in path[..^1])
        {
            member = Member(member, group);
            if (member.Kind is not (JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary))
                throw new ArgumentException($"--set '{set}': '{group}' is no group of options.");
            var key = Existing(target, group);
            target[key] ??= new JsonObject();
            target = target[key]!.AsObject();
        }
        target[Existing(target, path[^1])] = Value(set[(equals + 1)..], Member(member, path[^1]).Type, set[..equals]);
    }

    private JsonTypeInfo Member(JsonTypeInfo type, string name)
    {
        if (type.Kind == JsonTypeInfoKind.Dictionary) return type.Options.GetTypeInfo(type.ElementType!);
        var known = type.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).ToList();
        if (known.FirstOrDefault(p => Same(p.Name, name)) is { } property) return type.Options.GetTypeInfo(property.PropertyType);
        var names = known.Select(p => p.Name).ToList();
        var hint = Nearest.To(name, names) is { } nearest ? $"Did you mean '{nearest}'?" : $"Known: {string.Join(", ", names)}.";
        throw new ArgumentException($"--set '{set}': there is no option '{name}'. {hint}");
    }

    private JsonNode? Value(string text, Type type, string name)
    {
        var value = Parse(text);
        if (type == typeof(string) && value is not null && value.GetValueKind() != JsonValueKind.String) value = JsonValue.Create(text);
        return Fits(value, type) ? value
            : throw new ArgumentException($"--set '{set}': {name} is '{text}'; expected {Expected(type)}.");
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);   // a word without quotes is a text
        }
    }

    // Of a group only that it is one: what is wrong inside it is said with its place when all options are read.
    private static bool Fits(JsonNode? value, Type type)
    {
        if (value is null) return !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
        var info = JsonOptions.Strict.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => value is JsonArray items && items.All(item => Fits(item, info.ElementType!)),
            JsonTypeInfoKind.None => IsScalar(value, type),
            _ => value is JsonObject,
        };
    }

    private static bool IsScalar(JsonNode value, Type type)
    {
        try
        {
            _ = value.Deserialize(type, JsonOptions.Strict);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(Type type)
    {
        var given = Nullable.GetUnderlyingType(type) ?? type;
        var info = JsonOptions.Strict.GetTypeInfo(given);
        if (given.IsEnum) return $"one of {string.Join(", ", Enum.GetNames(given))}";
        return info.Kind switch
        {
            JsonTypeInfoKind.Enumerable => $"a list in brackets with commas between its entries, each {Expected(info.ElementType!)}",
            JsonTypeInfoKind.None when given == typeof(bool) => "true or false",
            JsonTypeInfoKind.None when given == typeof(string) => "a text",
            JsonTypeInfoKind.None when given == typeof(int) => $"a whole number, {int.MaxValue} at most",
            JsonTypeInfoKind.None when given == typeof(long) => "a whole number",
            JsonTypeInfoKind.None => "a number",
            _ => "a group of options in braces, as JSON has them",
        };
    }

    // Presets are written camelCase; the command line may use either case.
    private static string Existing(JsonObject target, string name) =>
        target.Select(p => p.Key).FirstOrDefault(key => Same(key, name)) ?? name;

    private static bool Same(string key, string name) => string.Equals(key, name, StringComparison.OrdinalIgnoreCase);
}

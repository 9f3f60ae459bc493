using System.Text.Json;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>A row of JSON: an object and the objects it stands in, the innermost first.</summary>
internal sealed class JsonRow(RowPlace place, IReadOnlyList<JsonElement> levels) : BenchmarkRow(place)
{
    public override IReadOnlyList<string>? OptionalTexts(string field)
    {
        var names = field.Split('.');
        foreach (var level in levels)
        {
            if (level.ValueKind != JsonValueKind.Object)
                throw Place.Fault($"the row is {level.ValueKind}", "a JSON object");
            if (!level.TryGetProperty(names[0], out var value))
                continue;
            var texts = new List<string>();
            return Collect(value, names.AsSpan(1), texts) ? texts : null;
        }
        return null;
    }

    /// <summary>Adds the texts found under the names; false when a name is missing or a value is null.</summary>
    private static bool Collect(JsonElement value, ReadOnlySpan<string> names, List<string> texts)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                return false;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                    if (!Collect(item, names, texts))
                        return false;
                return true;
            case JsonValueKind.Object when names.Length == 0:
                texts.AddRange(value.EnumerateObject().Select(property => property.Name));
                return true;
            case JsonValueKind.Object when names[0] == "*":
                foreach (var property in value.EnumerateObject())
                    if (!Collect(property.Value, names[1..], texts))
                        return false;
                return true;
            case JsonValueKind.Object:
                return value.TryGetProperty(names[0], out var inner) && Collect(inner, names[1..], texts);
            default:
                texts.Add(value.ToString());
                return names.Length == 0;
        }
    }
}

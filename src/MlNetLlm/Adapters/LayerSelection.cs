using System.Globalization;

namespace MlNetLlm.Adapters;

/// <summary>Reads a choice of layers: <c>all</c>, <c>first-half</c>, <c>second-half</c> or a list such as <c>0,2,5</c>.</summary>
public static class LayerSelection
{
    /// <summary>Checks the text without knowing the model.</summary>
    /// <returns>What is wrong, or null.</returns>
    public static string? Fault(string text) =>
        text is "all" or "first-half" or "second-half" || TryList(text, out _)
            ? null
            : $"Layers = '{text}' is not a choice of layers; use all, first-half, second-half or a list such as 0,2,5.";

    /// <summary>
    /// Resolves the text for a model of <paramref name="layers"/> layers; of an odd number the middle one counts to the second half.
    /// </summary>
    /// <exception cref="ArgumentException">The text is no choice of layers, or names one the model does not have.</exception>
    public static IReadOnlySet<int> Resolve(string text, int layers)
    {
        if (Fault(text) is { } fault) throw new ArgumentException(fault);
        var chosen = text switch
        {
            "all" => Enumerable.Range(0, layers),
            "first-half" => Enumerable.Range(0, layers / 2),
            "second-half" => Enumerable.Range(layers / 2, layers - layers / 2),
            _ => TryList(text, out var list) ? list : [],
        };
        var set = chosen.ToHashSet();
        if (set.Count == 0 || set.Max() >= layers)
            throw new ArgumentException($"Layers = '{text}' does not fit a model of {layers} layers (0 to {layers - 1}).");
        return set;
    }

    private static bool TryList(string text, out List<int> list)
    {
        list = [];
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
                out var layer))
                return false;
            list.Add(layer);
        }
        return list.Count > 0 && list.TrueForAll(layer => layer >= 0);
    }
}

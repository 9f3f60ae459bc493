using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;

namespace MlNetLlm.Modules;

/// <summary>The modules of a model, known from its shape.</summary>
public static class ModelModules
{
    /// <summary>How many groups the hidden units of a layer are split into, unless said otherwise.</summary>
    public const int UsualChannelGroups = 4;

    /// <summary>
    /// All modules, layer by layer: query, key, value, output, gate (where there is one), up, down; or the heads and then the groups of
    /// hidden units.
    /// </summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="granularity">Which parts are modules.</param>
    /// <param name="channelGroups">Into how many groups the hidden units of a layer are split; 1 to their number.</param>
    /// <exception cref="ArgumentException">There are more groups than hidden units, or fewer than one.</exception>
    public static IReadOnlyList<ModelModule> Of(
        TransformerConfig config, ModuleGranularity granularity = ModuleGranularity.Matrices, int channelGroups = UsualChannelGroups) =>
        [.. Enumerable.Range(0, config.Layers).SelectMany(layer =>
            granularity == ModuleGranularity.Matrices
                ? Matrices(config.OfLayer(layer), layer)
                : Units(config.OfLayer(layer), layer, channelGroups))];

    /// <summary>Finds modules of either granularity by name, in the order given.</summary>
    /// <param name="config">The model's shape.</param>
    /// <param name="names">Their names, each once.</param>
    /// <param name="channelGroups">See <see cref="Of"/>.</param>
    /// <exception cref="ArgumentException">A name is unknown or stands twice.</exception>
    public static IReadOnlyList<ModelModule> Named(
        TransformerConfig config, IEnumerable<string> names, int channelGroups = UsualChannelGroups)
    {
        var known = Of(config).Concat(Of(config, ModuleGranularity.Units, channelGroups)).ToDictionary(module => module.Name);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. names.Select(name => !known.TryGetValue(name, out var module) ? throw new ArgumentException(Unknown(name, known.Keys))
            : seen.Add(name) ? module : throw new ArgumentException($"Module '{name}' stands twice among those chosen."))];
    }

    /// <summary>What to say of a name that is none of a model's modules.</summary>
    internal static string Unknown(string name, IEnumerable<string> known) =>
        $"The model has no module '{name}'. "
        + (Nearest.To(name, known) is { } nearest ? $"Did you mean '{nearest}'?" : $"It has {string.Join(", ", known.Take(7))}, …");

    private static IEnumerable<ModelModule> Matrices(TransformerConfig config, int layer)
    {
        var (queries, keys) = (config.Heads * config.HeadWidth, config.KeyValueHeads * config.HeadWidth);
        var (width, units) = (config.Width, config.FeedForwardWidth);
        yield return Matrix("attention.query", ModuleKind.Query, queries, width);
        yield return Matrix("attention.key", ModuleKind.Key, keys, width);
        yield return Matrix("attention.value", ModuleKind.Value, keys, width);
        yield return Matrix("attention.output", ModuleKind.Output, width, queries);
        if (config.Gated) yield return Matrix("mlp.gate", ModuleKind.Gate, units, width);
        yield return Matrix("mlp.up", ModuleKind.Up, units, width);
        yield return Matrix("mlp.down", ModuleKind.Down, width, units);

        ModelModule Matrix(string name, ModuleKind kind, int rows, int columns) =>
            new($"layers.{layer}.{name}", layer, kind, 0, [new WeightSlice($"layers.{layer}.{name}", 0, 0, rows, columns)]);
    }

    private static IEnumerable<ModelModule> Units(TransformerConfig config, int layer, int groups)
    {
        var hidden = config.FeedForwardWidth;
        if (groups < 1 || groups > hidden)
            throw new ArgumentException(
                $"{groups} groups of hidden units were asked for; layer {layer} has {hidden} units. Take 1 to {hidden}.");
        for (var head = 0; head < config.KeyValueHeads; head++)
            yield return new ModelModule(
                $"layers.{layer}.attention.head.{head}", layer, ModuleKind.Head, head, HeadSlices(config, layer, head));
        for (var group = 0; group < groups; group++)
        {
            var (from, to) = (hidden * group / groups, hidden * (group + 1) / groups);
            yield return new ModelModule(
                $"layers.{layer}.mlp.channels.{group}", layer, ModuleKind.Channels, group, ChannelSlices(config, layer, from, to - from));
        }
    }

    /// <summary>Rows of query, key and value and columns of output that a head consists of.</summary>
    internal static IReadOnlyList<WeightSlice> HeadSlices(TransformerConfig config, int layer, int head)
    {
        var (d, shared, path) = (config.HeadWidth, config.Heads / config.KeyValueHeads, $"layers.{layer}.attention");
        return
        [
            new($"{path}.query", 0, head * shared * d, shared * d, config.Width),
            new($"{path}.key", 0, head * d, d, config.Width),
            new($"{path}.value", 0, head * d, d, config.Width),
            new($"{path}.output", 1, head * shared * d, shared * d, config.Width),
        ];
    }

    /// <summary>Rows of gate and up and columns of down that hidden units consist of.</summary>
    internal static IReadOnlyList<WeightSlice> ChannelSlices(TransformerConfig config, int layer, int start, int count)
    {
        var path = $"layers.{layer}.mlp";
        WeightSlice[] gate = config.Gated ? [new($"{path}.gate", 0, start, count, config.Width)] : [];
        return [.. gate, new($"{path}.up", 0, start, count, config.Width), new($"{path}.down", 1, start, count, config.Width)];
    }
}

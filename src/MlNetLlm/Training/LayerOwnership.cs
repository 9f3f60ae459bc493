using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Training;

/// <summary>
/// Layers that belong to groups of rows: a model that is modular by design. In training a row skips the layers of other groups with some
/// probability; afterwards the output of those layers is scaled by the share of passes that they were part of.
/// </summary>
/// <remarks>
/// Stochastic depth (Huang et al. 2016) whose probability depends on the row. Skipping a layer means that neither its attention nor its
/// feed-forward part adds to the residual stream. With probability 1 the layers of other groups play no part at all.
/// </remarks>
public sealed record LayerOwnership
{
    /// <summary>Whose each layer is, from the first to the last: a group's name, or null for a layer that all groups share.</summary>
    public IReadOnlyList<string?> Owners { get; init; } = [];

    /// <summary>With which probability a row skips a layer of another group; 0 to 1.</summary>
    /// <value>1.</value>
    public double SkipProbability { get; init; } = 1;

    /// <summary>The text column with the group of each training row.</summary>
    /// <value>"Group".</value>
    public string GroupColumn { get; init; } = "Group";

    /// <summary>Whether a layer belongs to another group than this.</summary>
    /// <param name="layer">Number of the layer, from 0.</param>
    /// <param name="group">The group.</param>
    public bool IsForeign(int layer, string group) => Owners[layer] is { } owner && owner != group;

    /// <summary>
    /// The model for rows of one group after training: what the layers of other groups add is multiplied by 1 - probability. It is an
    /// ordinary model, with their output and down matrices scaled, and shares all other weights.
    /// </summary>
    /// <param name="model">A model trained with this ownership.</param>
    /// <param name="group">A group that owns a layer.</param>
    /// <returns>The group's model.</returns>
    /// <exception cref="ArgumentException">The ownership does not fit the model, or no layer belongs to the group.</exception>
    public LanguageModel ModelFor(LanguageModel model, string group)
    {
        Require(model.Config);
        if (!Owners.Contains(group)) throw new ArgumentException(Unknown(group));
        using var quiet = no_grad();
        var scaled = new Dictionary<string, Tensor>();
        foreach (var projection in model.Module.Projections.Where(p => IsForeign(p.Layer, group)))
        {
            if (projection.Kind is not (ProjectionKind.Output or ProjectionKind.Down)) continue;
            scaled[$"{projection.Name}.weight"] = projection.Weight.detach() * (1 - SkipProbability);
            if (projection.Bias is { } bias) scaled[$"{projection.Name}.bias"] = bias.detach() * (1 - SkipProbability);
        }
        return model.WithModule(model.Module.Reshaped(model.Config, scaled));
    }

    /// <summary>What is wrong with these options.</summary>
    internal IEnumerable<string> Faults(TrainingOptions options)
    {
        if (Owners.Count == 0) yield return "Ownership.Owners is empty; expected one a layer.";
        if (Owners.Any(owner => owner == "")) yield return "Ownership.Owners has an empty name; expected a group's name, or null.";
        if (!(SkipProbability is >= 0 and <= 1)) yield return $"Ownership.SkipProbability is {SkipProbability}; expected 0 to 1.";
        if (string.IsNullOrEmpty(GroupColumn)) yield return "Ownership.GroupColumn is empty; expected a column's name.";
        if (options.CompletionColumn is null && options.TokenColumns is null)
            yield return "Ownership is set but rows are packed text; set CompletionColumn or TokenColumns, so that a row is a sequence.";
    }

    /// <exception cref="ArgumentException">The ownership does not fit the model.</exception>
    internal void Require(TransformerConfig config)
    {
        if (Owners.Count != config.Layers)
            throw new ArgumentException($"Ownership.Owners names {Owners.Count} layers, the model has {config.Layers}.");
        if (config.Insertion is { Doubles: true })
            throw new ArgumentException(
                "Ownership is set, but this model interleaves elements, which no row can skip. Leave Ownership out, or take a model whose "
                + $"insertion is added (InsertionMixing.{nameof(InsertionMixing.Add)}) or that has none.");
        if (config.PostNorm)
            throw new ArgumentException(
                $"'{config.Architecture}' normalises after each sum, so no layer can be skipped. Take one with norms before its parts.");
    }

    internal string Unknown(string group) =>
        $"No layer belongs to group '{group}'; there are {string.Join(", ", Owners.OfType<string>().Distinct().Select(o => $"'{o}'"))}.";
}

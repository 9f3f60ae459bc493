using MlNetLlm.LanguageModels;

namespace MlNetLlm.Adapters;

/// <summary>Finds the projections of a model that a choice of modules and layers names.</summary>
public static class AdapterTargets
{
    /// <summary>The projections of <paramref name="model"/> in the chosen layers and modules, in the model's order.</summary>
    /// <exception cref="ArgumentException">The choice names a layer that the model lacks, or nothing at all.</exception>
    public static IReadOnlyList<Projection> Select(TransformerModel model, ModuleSet modules, string layers)
    {
        var chosen = LayerSelection.Resolve(layers, model.Config.Layers);
        var targets = model.Projections.Where(p => chosen.Contains(p.Layer) && Holds(modules, p.Kind)).ToList();
        return targets.Count > 0
            ? targets
            : throw new ArgumentException(
                $"Modules = {modules} and Layers = '{layers}' choose no matrix of this {model.Config.Architecture} model.");
    }

    /// <summary>The projection called <paramref name="name"/>.</summary>
    /// <exception cref="ArgumentException">The model has no projection of that name.</exception>
    public static Projection Find(TransformerModel model, string name) =>
        model.Projections.FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException(
            $"The model has no matrix '{name}'; it has {string.Join(", ", model.Projections.Take(7).Select(p => p.Name))}, …");

    private static bool Holds(ModuleSet modules, ProjectionKind kind) => modules switch
    {
        ModuleSet.Mlp => kind is ProjectionKind.Gate or ProjectionKind.Up or ProjectionKind.Down,
        ModuleSet.Attention => kind is ProjectionKind.Query or ProjectionKind.Value,
        _ => true,
    };
}

using MlNetLlm.LanguageModels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.EmbeddingReset;

/// <summary>Which of a model's parameters a reset concerns.</summary>
internal static class ResetParameters
{
    internal const string TokenEmbedding = "embeddings.token.weight";
    internal const string OutputMatrix = "head.weight";
    internal const string OutputBias = "head.bias";
    private const string Transform = "head.transform.";

    /// <summary>The parameters' names.</summary>
    /// <param name="module">The model.</param>
    /// <param name="options">What is reset.</param>
    /// <param name="seed">Draws the random matrix.</param>
    /// <exception cref="ArgumentException">The model has no such part.</exception>
    public static IReadOnlyList<string> Names(TransformerModel module, EmbeddingResetOptions options, long seed)
    {
        var all = module.named_parameters().Select(item => item.name).ToList();
        var last = $"layers.{module.Config.Layers - 1}.";
        List<string> chosen = options.Target switch
        {
            ResetTarget.LastLayer => [.. all.Where(name => name.StartsWith(last, StringComparison.Ordinal))],
            ResetTarget.HeadTransform => [.. all.Where(name => name.StartsWith(Transform, StringComparison.Ordinal))],
            ResetTarget.RandomMatrix => [RandomMatrix(module, seed)],
            _ => [.. all.Where(name => name is TokenEmbedding or OutputMatrix || (name == OutputBias && options.ResetOutputBias))],
        };
        if (chosen.Count == 0)
            throw new ArgumentException($"Reset.Target is {options.Target}; '{module.Config.Architecture}' has no such part.");
        if (options.ResetOutputBias && !chosen.Contains(OutputBias))
            throw new ArgumentException($"Reset.ResetOutputBias is true; '{module.Config.Architecture}' has no output bias.");
        return chosen;
    }

    /// <summary>The parameters with these names, and the others.</summary>
    public static ResetParts Split(TransformerModel module, IReadOnlyList<string> names)
    {
        var parts = module.named_parameters().Select(item => (Name: item.name, Parameter: item.parameter))
            .ToLookup(item => names.Contains(item.Name));
        return new ResetParts([.. parts[true]], [.. parts[false]]);
    }

    /// <summary>What each weight of a model is for, by name.</summary>
    public static IReadOnlyDictionary<string, WeightRole> Roles(TransformerConfig config)
    {
        var roles = new Dictionary<string, WeightRole>();
        using var unused = new TransformerModel(config, (name, role, shape) =>
        {
            roles[name] = role;
            return empty(shape);
        });
        return roles;
    }

    private static string RandomMatrix(TransformerModel module, long seed)
    {
        var draws = new Training.RandomStream(seed, $"{Training.RandomStreams.Reset}/matrix");
        return $"{module.Projections[draws.Next(module.Projections.Count)].Name}.weight";
    }
}

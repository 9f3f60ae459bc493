using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

/// <summary>The closed table of what a model file may hold.</summary>
internal static class ModelComponents
{
    private static readonly Dictionary<string, Func<IHostEnvironment, ModelLoadContext, ITransformer>> _loaders = new()
    {
        [TransformerChains.Id] = TransformerChains.Load,
    };

    public static Func<IHostEnvironment, ModelLoadContext, ITransformer> Find(string id) =>
        _loaders.GetValueOrDefault(id)
        ?? throw new InvalidDataException($"The model file holds a component '{id}'. Known: {string.Join(", ", _loaders.Keys.Order())}.");
}

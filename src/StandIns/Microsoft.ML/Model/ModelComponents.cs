using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

namespace Microsoft.ML;

/// <summary>The closed table of what a model file may hold.</summary>
internal static class ModelComponents
{
    private static readonly Dictionary<string, Func<IHostEnvironment, ModelLoadContext, ITransformer>> _loaders = new()
    {
        [TransformerChains.Id] = TransformerChains.Load,
        [ColumnCopyingTransformer.Id] = ColumnCopyingTransformer.Load,
        [ColumnSelectingTransformer.Id] = ColumnSelectingTransformer.Load,
        [ColumnConcatenatingTransformer.Id] = ColumnConcatenatingTransformer.Load,
        [TypeConvertingTransformer.Id] = TypeConvertingTransformer.Load,
        [ValueToKeyMappingTransformer.Id] = ValueToKeyMappingTransformer.Load,
        [KeyToValueMappingTransformer.Id] = KeyToValueMappingTransformer.Load,
        [KeyToVectorMappingTransformer.Id] = KeyToVectorMappingTransformer.Load,
        [ValueMappingTransformer.Id] = ValueMappingTransformer.Load,
        [NormalizingTransformer.Id] = NormalizingTransformer.Load,
        [CustomMapping.Id] = CustomMapping.Load,
    };

    public static Func<IHostEnvironment, ModelLoadContext, ITransformer> Find(string id) =>
        _loaders.GetValueOrDefault(id)
        ?? throw new InvalidDataException($"The model file holds a component '{id}'. Known: {string.Join(", ", _loaders.Keys.Order())}.");
}

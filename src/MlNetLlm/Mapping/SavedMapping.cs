using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace MlNetLlm.Mapping;

/// <summary>
/// Writes a transformer into an ML.NET model file as a chain of ML.NET's own components: copy the input columns to fixed names, look the
/// payload up, run the custom mapping that rebuilds the transformer from it, copy the results to their names. ML.NET loads such a file in a
/// fresh process without registration, because a custom mapping remembers its assembly.
/// </summary>
internal static class SavedMapping
{
    /// <param name="ctx">Where ML.NET wants the model.</param>
    /// <param name="payload">The transformer's state.</param>
    /// <param name="mapping">The custom mapping, as its factory gives it after loading.</param>
    /// <param name="key">The key mapping, as its factory gives it.</param>
    /// <param name="contract">The mapping's contract name; the key mapping's is the same with .Key.</param>
    /// <param name="example">Data (may be empty) with the input columns.</param>
    /// <param name="inputs">Column in the data, fixed name.</param>
    /// <param name="outputs">Fixed name, column to add.</param>
    public static void Save<TKeyInput, TInput, TOutput>(
        ModelSaveContext ctx,
        byte[] payload,
        CustomMappingFactory<TInput, TOutput> mapping,
        PayloadKeyFactory<TKeyInput> key,
        string contract,
        IDataView example,
        IReadOnlyList<(string Column, string Fixed)> inputs,
        IReadOnlyList<(string Fixed, string Column)> outputs)
        where TKeyInput : class, new()
        where TInput : class, new()
        where TOutput : class, new()
    {
        var ml = new MLContext();
        var lookup = new[] { KeyValuePair.Create(PayloadColumns.KeyValue, PayloadColumns.Pack(payload)) };
        var temporary = inputs.Select(i => i.Fixed).Concat([PayloadColumns.Key, PayloadColumns.Payload]).Concat(outputs.Select(o => o.Fixed));
        IEstimator<ITransformer> chain = new EstimatorChain<ITransformer>();
        foreach (var (column, name) in inputs) chain = chain.Append(ml.Transforms.CopyColumns(name, column));
        chain = chain.Append(ml.Transforms.CustomMapping(key.GetMapping(), $"{contract}.Key"))
            .Append(ml.Transforms.Conversion.MapValue(PayloadColumns.Payload, lookup, PayloadColumns.Key))
            .Append(ml.Transforms.CustomMapping(mapping.GetMapping(), contract));
        foreach (var (name, column) in outputs) chain = chain.Append(ml.Transforms.CopyColumns(column, name));
        chain = chain.Append(ml.Transforms.DropColumns([.. temporary]));
        chain.Fit(example).Save(ctx);
    }
}

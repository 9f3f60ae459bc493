using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// Writes a transformer into an ML.NET model file as a chain of ML.NET's own components: copy the input columns to fixed names, look the
/// payload up, run the custom mapping that rebuilds the transformer from it, make the result columns. ML.NET loads such a file in a
/// fresh process without registration, because a custom mapping remembers its assembly.
/// </summary>
internal static class SavedMapping
{
    /// <param name="ctx">Where ML.NET wants the model.</param>
    /// <param name="payload">The transformer's state.</param>
    /// <param name="mapping">The factory that ML.NET will find by its contract name.</param>
    /// <param name="example">Data (may be empty) with the input columns.</param>
    /// <param name="inputs">Column in the data, fixed name; <see cref="SavedText.Column"/> among them.</param>
    /// <param name="outputs">The columns to add.</param>
    public static void Save<TInput, TOutput, TState>(
        ModelSaveContext ctx,
        byte[] payload,
        SavedFactory<TInput, TOutput, TState> mapping,
        IDataView example,
        IReadOnlyList<(string Column, string Fixed)> inputs,
        params IReadOnlyList<SavedOutput> outputs)
        where TInput : SavedTextAndPayload, new()
        where TOutput : class, new()
        where TState : class
    {
        var ml = new MLContext();
        var key = ml.Transforms.CustomMapping(new PayloadKeyFactory().GetMapping(), PayloadKeyFactory.Contract);
        Save(ml, key, ctx, payload, mapping, example, inputs, outputs);
    }

    /// <summary>The same for a transformer whose one input is a vector of features.</summary>
    /// <inheritdoc cref="Save{TInput, TOutput, TState}(ModelSaveContext, byte[], SavedFactory{TInput, TOutput, TState}, IDataView,
    /// IReadOnlyList{ValueTuple{string, string}}, IReadOnlyList{SavedOutput})"/>
    public static void SaveFeatures<TOutput, TState>(
        ModelSaveContext ctx,
        byte[] payload,
        SavedFactory<SavedFeaturesAndPayload, TOutput, TState> mapping,
        IDataView example,
        string featuresColumn,
        params IReadOnlyList<SavedOutput> outputs)
        where TOutput : class, new()
        where TState : class
    {
        var ml = new MLContext();
        var key = ml.Transforms.CustomMapping(new FeaturesKeyFactory().GetMapping(), FeaturesKeyFactory.Contract);
        Save(ml, key, ctx, payload, mapping, example, [(featuresColumn, SavedFeatures.Column)], outputs);
    }

    /// <summary>The same for a transformer that reads no column.</summary>
    /// <inheritdoc cref="Save{TInput, TOutput, TState}(ModelSaveContext, byte[], SavedFactory{TInput, TOutput, TState}, IDataView,
    /// IReadOnlyList{ValueTuple{string, string}}, IReadOnlyList{SavedOutput})"/>
    public static void SaveConstant<TOutput, TState>(
        ModelSaveContext ctx, byte[] payload, SavedFactory<SavedPayload, TOutput, TState> mapping, params IReadOnlyList<SavedOutput> outputs)
        where TOutput : class, new()
        where TState : class
    {
        var ml = new MLContext();
        var key = ml.Transforms.CustomMapping(new ConstantKeyFactory().GetMapping(), ConstantKeyFactory.Contract);
        Save(ml, key, ctx, payload, mapping, EmptyRows.OfText(), [], outputs);
    }

    private static void Save<TInput, TOutput, TState>(
        MLContext ml,
        IEstimator<ITransformer> key,
        ModelSaveContext ctx,
        byte[] payload,
        SavedFactory<TInput, TOutput, TState> mapping,
        IDataView example,
        IReadOnlyList<(string Column, string Fixed)> inputs,
        IReadOnlyList<SavedOutput> outputs)
        where TInput : class, ISavedPayload, new()
        where TOutput : class, new()
        where TState : class
    {
        var lookup = new[] { KeyValuePair.Create(PayloadColumns.KeyValue, PayloadColumns.Pack(payload)) };
        var results = SchemaDefinition.Create(typeof(TOutput)).Select(column => column.ColumnName);
        string[] temporary = [.. inputs.Select(input => input.Fixed), PayloadColumns.Key, PayloadColumns.Payload, .. results];
        IEstimator<ITransformer> chain = new EstimatorChain<ITransformer>();
        foreach (var (column, name) in inputs) chain = chain.Append(ml.Transforms.CopyColumns(name, column));
        chain = chain.Append(key)
            .Append(ml.Transforms.Conversion.MapValue(PayloadColumns.Payload, lookup, PayloadColumns.Key))
            .Append(ml.Transforms.CustomMapping(mapping.GetMapping(), mapping.ContractName));
        foreach (var output in outputs) chain = chain.Append(output.Make(ml));
        chain = chain.Append(ml.Transforms.DropColumns(temporary));
        chain.Fit(example).Save(ctx);
    }
}

using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Ablation;

/// <summary>
/// What every weight matrix of a model takes in and puts out on average, over all tokens of some rows. Made once, it serves the ablation of
/// any set of modules.
/// </summary>
public sealed class ModuleMeans
{
    private readonly Dictionary<string, (float[] Input, float[] Output)> _means;

    private ModuleMeans(Dictionary<string, (float[] Input, float[] Output)> means) => _means = means;

    /// <summary>Runs a model over labelled questions, each prompt with its answer.</summary>
    /// <param name="model">A causal model.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="options">Which columns and which of the rows.</param>
    /// <param name="cancellation">Stops between batches.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or a column missing.</exception>
    /// <exception cref="InvalidDataException">There are no rows.</exception>
    public static ModuleMeans Of(LanguageModel model, IDataView rows, AblateOptions options, CancellationToken cancellation = default)
    {
        options.Validated();
        var sets = new CalibrationReader(options).Read(rows, options.SkipRows, options.RowsPerDataSet, cancellation);
        return Of(model, CalibrationBatches.Of(model, [.. sets.SelectMany(set => set.Rows)], options), cancellation);
    }

    /// <summary>The same over batches; each is disposed of.</summary>
    internal static ModuleMeans Of(LanguageModel model, IEnumerable<TokenBatch> batches, CancellationToken cancellation)
    {
        using var module = model.Module.ShareWeights();
        var sums = module.Projections.Select(projection => new MeanSums(projection)).ToList();
        foreach (var sum in sums) sum.Projection.Adapter = sum;
        foreach (var batch in batches)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            using (batch)
            {
                var there = batch.To(module.TokenEmbedding.device);
                var places = arange(there.Tokens.size(1), ScalarType.Int64, there.Tokens.device);                  // (time)
                var valid = places.lt(there.Lengths!.unsqueeze(1));                                                // (batch, time)
                foreach (var sum in sums) sum.Valid = valid;
                module.Hidden(there.Tokens, new ForwardOptions { Lengths = there.Lengths });
            }
        }
        return new ModuleMeans(sums.ToDictionary(sum => sum.Projection.Name, sum => sum.Means()));
    }

    /// <summary>
    /// A model whose modules put out their means: a matrix becomes 0 with the mean as its bias; what a head or a group of hidden units
    /// hands to the output or down matrix becomes its mean, which moves into that matrix's bias. All other weights are shared.
    /// </summary>
    /// <param name="model">The model that the means are of, or another of its shape.</param>
    /// <param name="modules">Names of the modules, of either granularity.</param>
    /// <param name="channelGroups">Into how many groups the hidden units of a layer are split.</param>
    /// <returns>An ordinary model, which saves and loads like any other; with biases where it had none before.</returns>
    /// <exception cref="ArgumentException">A module is unknown, or the model has another shape.</exception>
    public LanguageModel Ablate(LanguageModel model, IEnumerable<string> modules, int channelGroups = ModelModules.UsualChannelGroups)
    {
        var chosen = ModelModules.Named(model.Config, modules, channelGroups);
        using var quiet = no_grad();
        var changed = new Dictionary<string, Tensor>();
        var projections = model.Module.Projections.ToDictionary(projection => projection.Name);
        // Columns (of units) first: a whole matrix overrides what was changed of it.
        foreach (var unit in chosen.Where(IsUnit).SelectMany(module => module.Slices).Where(slice => slice.Dimension == 1))
            MoveIntoBias(projections[unit.Matrix], unit, changed);
        foreach (var matrix in chosen.Where(module => !IsUnit(module)))
            Flatten(projections[matrix.Name], changed);
        return model.WithModule(model.Module.Reshaped(WithBiases(model.Config, changed.Keys), changed));
    }

    private static bool IsUnit(ModelModule module) => module.Kind is ModuleKind.Head or ModuleKind.Channels;

    private (float[] Input, float[] Output) MeansOf(Projection projection) =>
        _means.TryGetValue(projection.Name, out var means) && means.Input.Length == projection.InputWidth
        && means.Output.Length == projection.OutputWidth
            ? means
            : throw new ArgumentException($"The means are of another model: it has no '{projection.Name}' of this shape.");

    private void Flatten(Projection projection, Dictionary<string, Tensor> changed)
    {
        using var scope = NewDisposeScope();
        var weight = projection.Weight.detach();
        Replace(changed, $"{projection.Name}.weight", zeros_like(weight));
        Replace(changed, $"{projection.Name}.bias", Like(weight, MeansOf(projection).Output));
    }

    // W x + b with the slice of x at its mean m: W with those columns 0, and b + W m.
    private void MoveIntoBias(Projection projection, WeightSlice slice, Dictionary<string, Tensor> changed)
    {
        using var scope = NewDisposeScope();
        var (weightName, biasName) = ($"{projection.Name}.weight", $"{projection.Name}.bias");
        var weight = changed.TryGetValue(weightName, out var before) ? before : projection.Weight.detach();
        var bias = changed.TryGetValue(biasName, out before) ? before
            : projection.Bias?.detach() ?? zeros(projection.OutputWidth, weight.dtype, weight.device);
        var mean = Like(weight, MeansOf(projection).Input[slice.Start..(slice.Start + slice.Length)]);
        var moved = bias + weight.narrow(1, slice.Start, slice.Length).matmul(mean);                  // (out)
        var left = weight.clone();
        left.narrow(1, slice.Start, slice.Length).zero_();
        Replace(changed, weightName, left);
        Replace(changed, biasName, moved);
    }

    private static Tensor Like(Tensor weight, float[] values) => tensor(values, dtype: weight.dtype, device: weight.device);

    private static void Replace(Dictionary<string, Tensor> changed, string name, Tensor value)
    {
        if (changed.TryGetValue(name, out var before)) before.Dispose();
        changed[name] = value.DetachFromDisposeScope();
    }

    private static TransformerConfig WithBiases(TransformerConfig config, IEnumerable<string> changed)
    {
        var parts = changed.Where(name => name.EndsWith(".bias", StringComparison.Ordinal)).Select(name => name.Split('.')[^2]).ToHashSet();
        return config with
        {
            QueryKeyValueBias = config.QueryKeyValueBias || parts.Overlaps(["query", "key", "value"]),
            OutputBias = config.OutputBias || parts.Contains("output"),
            FeedForwardBias = config.FeedForwardBias || parts.Overlaps(["gate", "up", "down"]),
        };
    }
}

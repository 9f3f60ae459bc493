using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;

namespace MlNetLlm.CommunityTuning;

/// <summary>The run of <see cref="CommunityTuningEstimator"/>.</summary>
internal static class ModuleTraining
{
    /// <param name="model">The base model; it is not changed.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public static ModelTransformer<TunedModules> Run(
        LanguageModel model, IDataView train, IDataView? validation, CommunityTuningOptions options,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var (all, chosen) = options.Modules(model.Config);
        return HandOver.Into(model.Module.CopyWeights(), module => Run(
            model, module, all, chosen, train, validation, options, progress, cancellation));
    }

    private static ModelTransformer<TunedModules> Run(
        LanguageModel model, TransformerModel module, IReadOnlyList<ModelModule> all, IReadOnlyList<string> chosen, IDataView train,
        IDataView? validation, CommunityTuningOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        module.to(DeviceNames.Of(options.Device));
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        using var units = new TrainedUnits(module, options.Granularity == ModuleGranularity.Units ? [.. Slices(all, chosen)] : []);
        List<(string Name, Parameter Parameter)> parameters = [.. Shared(module, options)];
        parameters.AddRange(options.Granularity == ModuleGranularity.Units ? units.Parameters : Matrices(module, chosen));
        var training = parameters.Count == 0
            ? TrainingResult.None
            : NextTokenTraining.Run(
                model, module, parameters, new RandomStreams(options.Seed), train, validation, options, progress, cancellation,
                ownership: options.Ownership);
        units.Merge();
        foreach (var parameter in module.parameters()) parameter.requires_grad = false;
        module.to(model.Module.TokenEmbedding.device);
        module.eval();
        var learned = TunedModules.Between(model.Module, module, all, chosen, parameters.Sum(item => item.Parameter.numel()));
        return new ModelTransformer<TunedModules>(model.WithModule(module), learned, training);
    }

    private static IEnumerable<WeightSlice> Slices(IReadOnlyList<ModelModule> all, IReadOnlyList<string> chosen) =>
        all.Where(module => chosen.Contains(module.Name)).SelectMany(module => module.Slices);

    private static IEnumerable<(string, Parameter)> Matrices(TransformerModel module, IReadOnlyList<string> chosen)
    {
        foreach (var projection in module.Projections.Where(projection => chosen.Contains(projection.Name)))
        {
            yield return ($"{projection.Name}.weight", projection.Weight);
            if (projection.Bias is { } bias) yield return ($"{projection.Name}.bias", bias);
        }
    }

    // embeddings.norm is a norm
    private static IEnumerable<(string, Parameter)> Shared(TransformerModel module, CommunityTuningOptions options) =>
        module.named_parameters().Select(item => (Name: item.name, Parameter: item.parameter)).Where(item =>
            item.Name.Contains("norm.", StringComparison.Ordinal)
                ? options.TrainNorms
                : options.TrainEmbedding && item.Name.StartsWith("embeddings.", StringComparison.Ordinal));
}

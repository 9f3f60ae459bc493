using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.FineTuning;

/// <summary>Trains every weight of a module with the next-token loss: full fine-tuning and pre-training alike.</summary>
internal static class WholeModelTraining
{
    /// <param name="model">Gives the tokenizer; its weights are not touched.</param>
    /// <param name="module">The module to train; taken over: it becomes the tuned model's.</param>
    /// <param name="streams">The run's random streams.</param>
    /// <param name="train">Training rows.</param>
    /// <param name="validation">Validation rows, or null.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="ownership">Which groups of rows skip which layers, or null.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public static ModelTransformer<LanguageModel> Run(
        LanguageModel model, TransformerModel module, RandomStreams streams, IDataView train, IDataView? validation,
            TrainingOptions options, LayerOwnership? ownership,
        IProgress<TrainingProgress>? progress, CancellationToken cancellation) => HandOver.Into(module, _ =>
        {
            module.to(DeviceNames.Of(options.Device));
            foreach (var parameter in module.parameters()) parameter.requires_grad = true;
            var training = NextTokenTraining.Run(
                model, module, module.named_parameters().Select(p => (p.name, p.parameter)), streams, train, validation, options, progress,
                cancellation, ownership: ownership);
            foreach (var parameter in module.parameters()) parameter.requires_grad = false;
            module.to(model.Module.TokenEmbedding.device);
            var tuned = model.WithModule(module);
            return new ModelTransformer<LanguageModel>(tuned, tuned, training);
        });
}

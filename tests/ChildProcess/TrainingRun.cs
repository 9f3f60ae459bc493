using Microsoft.ML;
using MlNetLlm;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using TorchSharp;

/// <summary>
/// A short training run with a checkpoint at every step, which prints each step and at last the tuned model's fingerprint.
/// </summary>
internal static class TrainingRun
{
    private sealed class Step : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => Console.WriteLine($"step {value.Step}");
    }

    public static int Start(string method, string folder)
    {
        torch.set_num_threads(1);
        var ml = new MLContext(1);
        var data = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 60)
            .Select(i => new Line { Text = i % 3 == 0 ? "abab cd " : "efgh ab cd " }));
        using var model = Model();
        var fingerprint = method switch
        {
            "svf" => Fit(ml.LanguageModels().FineTuneSvf(model, Options(new SvfOptions { LearningRate = 0.05 }, folder), new Step()),
                data).Fingerprint,
            "lora" => Fit(ml.LanguageModels().FineTuneLora(model, Options(new LoraOptions { Dropout = 0.2 }, folder), new Step()), data)
                .Fingerprint,
            "full" => Fit(ml.LanguageModels().FineTuneFull(model, Options(new FullOptions(), folder), new Step()), data).Fingerprint,
            _ => throw new ArgumentException($"Unknown method '{method}'."),
        };
        Console.WriteLine($"fingerprint {fingerprint}");
        return 0;

        static LanguageModel Fit<TLearned>(IEstimator<ModelTransformer<TLearned>> estimator, IDataView data)
            where TLearned : class => estimator.Fit(data).Model;
    }

    private static TOptions Options<TOptions>(TOptions options, string folder)
        where TOptions : TrainingOptions => options with
        {
            MaxSteps = 40, BatchSize = 4, SequenceLength = 16, GradientAccumulation = 2, CheckpointFolder = folder, CheckpointEvery = 1,
                Resume = true,
        };

    private static LanguageModel Model()
    {
        using var random = new torch.Generator(1);
        var tokenizer = VocabularyTokenizer.Characters("abcdefgh ");
        var config = TransformerConfig.Llama(vocabularySize: tokenizer.VocabularySize, width: 16, layers: 2, heads: 4, contextLength: 32,
            feedForwardWidth: 24);
        return new LanguageModel(new TransformerModel(config, random), tokenizer);
    }
}

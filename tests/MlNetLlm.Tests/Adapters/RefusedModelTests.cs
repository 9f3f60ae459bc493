using Microsoft.ML;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Adapters;

/// <summary>Models that next-token training or adapters cannot be right for.</summary>
public sealed class RefusedModelTests
{
    private readonly LanguageModelCatalog _catalog = new MLContext(1).LanguageModels();
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Create_ForABidirectionalModel_SaysSo()
    {
        using var masked = new LanguageModel(ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        TestDelegate[] made =
        [
            () => _catalog.FineTuneFull(masked, new FullOptions()), () => _catalog.FineTuneSvf(masked, new SvfOptions()),
            () => _catalog.FineTuneLora(masked, new LoraOptions()),
        ];
        foreach (var make in made)
            Assert.That(make, Throws.ArgumentException.With.Message.Contains("needs a causal model; 'roberta' looks at later tokens"));
    }

    [Test]
    public void Run_OfABidirectionalModel_SaysSo()
    {
        using var masked = new LanguageModel(ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        var options = new FullOptions { MaxSteps = 1, SequenceLength = 8 };
        Assert.That(
            () => NextTokenTraining.Run(
                masked, masked.Module, [], new RandomStreams(1), Toy.Rows(new MLContext(1)), null, options, null, default),
            Throws.ArgumentException.With.Message.Contains("needs a causal model"));
    }

    [Test]
    public void CreateAdapters_ForWeightsInHalfPrecision_NamesTheTypeAndTheWayOut([Values] bool lora)
    {
        using var half = _model.WithModule(_model.Module.CopyWeights().to(ScalarType.BFloat16));
        TestDelegate make = lora ? () => _catalog.FineTuneLora(half, new LoraOptions()) : () => _catalog.FineTuneSvf(half, new SvfOptions());
        Assert.That(make, Throws.ArgumentException.With.Message.EqualTo(
            "Adapters train in Float32, this model's weights are BFloat16. "
            + "Load its checkpoint with HuggingFaceOptions.Weights = Float32."));
    }
}

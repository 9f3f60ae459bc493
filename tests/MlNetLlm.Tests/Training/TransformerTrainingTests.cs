using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Tests.Training;

/// <summary>The loop and its losses on a real transformer.</summary>
public sealed class TransformerTrainingTests
{
    private static readonly TransformerConfig _config = TransformerConfig.Llama(
        LetterTokenizer.Vocabulary, width: 8, layers: 2, heads: 2, contextLength: 64, keyValueHeads: 1, feedForwardWidth: 16);

    [Test]
    public void Run_OnARepeatedText_LearnsIt()
    {
        var options = new ToyOptions { BatchSize = 4, SequenceLength = 16, MaxSteps = 150, LearningRate = 3e-2, WarmupSteps = 10 };
        using var generator = new Generator(3);
        using var model = new TransformerModel(_config, generator);
        using var batches = Toys.Batches(options, string.Concat(Enumerable.Repeat("cdefgh", 40)));
        var live = new List<long>();

        var result = TrainingLoop.Run(Job(model, batches, live), options);

        Assert.That(result.Loss, Is.LessThan(0.5), "six letters in turn can be known but for a window's first places");
        Assert.That(live[^1], Is.AtMost(live[20]), "live tensors after the last step and after step 21");
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void NextToken_OfAModel_GivesEveryGradientThatLogitsOfAllPlacesGive(TransformerConfig config)
    {
        var gradients = new List<Dictionary<string, float[]>>();
        foreach (var plain in new[] { true, false })
        {
            using var scope = NewDisposeScope();
            using var model = ToyModels.Create(config with { VocabularySize = 1300 });
            var (tokens, targets) = (ToyModels.Tokens(64, 16, 1300), ToyModels.Tokens(64, 16, 1300, seed: 6));    // two pieces
            targets.narrow(1, 0, 2).fill_(TokenBatch.Ignored);
            var hidden = model.Hidden(tokens);
            var loss = plain
                ? functional.cross_entropy(model.Head(hidden).view(-1, 1300), targets.view(-1), reduction: Reduction.Sum)
                : Objectives.NextToken(model, hidden, targets);
            (loss / 100).backward();
            gradients.Add(model.named_parameters().Where(p => p.parameter.grad is not null).ToDictionary(
                p => p.name, p => p.parameter.grad!.data<float>().ToArray()));
        }

        Assert.That(gradients[1].Keys, Is.EquivalentTo(gradients[0].Keys));
        foreach (var (name, expected) in gradients[0])
            Assert.That(gradients[1][name], Is.EqualTo(expected).Within(1e-4 * Math.Max(1, expected.Max(Math.Abs))), name);
    }

    private static TrainingJob Job(TransformerModel model, IBatchSource batches, List<long> live) => new()
    {
        Groups = [new ParameterGroup { Name = "all", Parameters = [.. model.named_parameters().Select(p => (p.name, p.parameter))] }],
        Loss = batch => Objectives.NextToken(model, model.Hidden(batch.Tokens), batch.Targets),
        Batches = batches,
        ModelFingerprint = "toy",
        AfterStep = _ => live.Add(LiveTensors.OnThread),
    };
}

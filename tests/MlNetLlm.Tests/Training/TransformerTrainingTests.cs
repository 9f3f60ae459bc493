using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

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

    [Test]
    public void NextToken_OnATiedHeadInPieces_GivesEveryGradientOfTheWhole()
    {
        var gradients = new List<Dictionary<string, float[]>>();
        foreach (var piecewise in new[] { false, true })
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(3);
            using var model = new TransformerModel(_config, generator);
            var draws = new RandomStream(1, "tokens");
            var tokens = tensor(Enumerable.Range(0, 32).Select(_ => (long)draws.Next(LetterTokenizer.Vocabulary)).ToArray(), [2, 16]);

            // claiming a large vocabulary makes the pieces small: 7 places each
            var loss = Objectives.NextToken(
                model.Head, model.Hidden(tokens), tokens, piecewise ? (8 << 20) / 7 : _config.VocabularySize,
                piecewise ? [model.TokenEmbedding] : null);
            loss.backward();
            gradients.Add(model.named_parameters().ToDictionary(p => p.name, p => p.parameter.grad!.data<float>().ToArray()));
        }

        Assert.That(gradients[1].Keys, Is.EquivalentTo(gradients[0].Keys));
        foreach (var (name, expected) in gradients[0])
            Assert.That(gradients[1][name], Is.EqualTo(expected).Within(1e-4), name);
    }

    private static TrainingJob Job(TransformerModel model, IBatchSource batches, List<long> live) => new()
    {
        Groups = [new ParameterGroup { Name = "all", Parameters = [.. model.named_parameters().Select(p => (p.name, p.parameter))] }],
        Loss = batch => Objectives.NextToken(model.Head, model.Hidden(batch.Tokens), batch.Targets, _config.VocabularySize),
        Batches = batches,
        ModelFingerprint = "toy",
        AfterStep = _ => live.Add(LiveTensors.OnThread),
    };
}

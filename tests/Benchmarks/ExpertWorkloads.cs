using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Benchmarks;

/// <summary>Switching between mixes of three SVF experts on all feed-forward matrices, and a pass of the same model beside it.</summary>
internal static class ExpertWorkloads
{
    /// <summary>Mixes of a turn: a generation of the cross-entropy method.</summary>
    public const int Mixes = 32;

    private const int Rows = 64, Time = 64;

    private static readonly TransformerConfig _config = TransformerConfig.Llama(
        vocabularySize: 259, width: 192, layers: 6, heads: 6, contextLength: Time, feedForwardWidth: 512);

    /// <summary>Writes the weights of new mixes, a coefficient for each expert and matrix.</summary>
    public static void Switch(SvfComposition composition, Turns turns)
    {
        using var model = Model();
        using var library = new SvfExpertLibrary(model, Enumerable.Range(0, 3).Select(k => ($"expert{k}", Expert(model, k))));
        using var mixer = new SvfMixer(library, composition);
        var draws = new RandomStream(1, "mixes");
        while (turns.Next())
        {
            for (var i = 0; i < Mixes; i++)
                mixer.Use(SvfMix.PerMatrix(library.Names, library.Matrices, [.. library.Matrices.Select(_ => Row(draws))]));
            turns.Value = mixer.Model.Module.Projections.Sum(projection => projection.Weight.abs().sum().ToDouble());
        }
    }

    /// <summary>One forward pass, logits included.</summary>
    public static void Pass(Turns turns)
    {
        using var model = Model();
        using var tokens = randint(_config.VocabularySize, [Rows, Time], dtype: ScalarType.Int64);
        using var plain = no_grad();
        while (turns.Next())
        {
            using var scope = NewDisposeScope();
            turns.Value = model.Module.call(tokens).abs().mean().ToDouble();
        }
    }

    private static IReadOnlyList<double> Row(RandomStream draws) => [draws.NextDouble(), draws.NextDouble(), draws.NextDouble()];

    private static LanguageModel Model()
    {
        using var random = new Generator(1);
        return new LanguageModel(new TransformerModel(_config, random), VocabularyTokenizer.Bytes());
    }

    private static SvfExpert Expert(LanguageModel model, int seed)
    {
        var draws = new RandomStream(seed, "expert");
        return SvfExpert.Create(model, model.Module.Projections.Where(p => p.Kind >= ProjectionKind.Gate).ToDictionary(
            p => p.Name,
            p => Enumerable.Range(0, Math.Min(p.InputWidth, p.OutputWidth)).Select(_ => (float)draws.NextNormal()).ToArray()));
    }
}

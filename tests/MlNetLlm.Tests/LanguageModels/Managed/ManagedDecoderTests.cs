using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels.Managed;

/// <summary>The managed decoder computes what the model's own passes do.</summary>
public sealed class ManagedDecoderTests
{
    private const double Tolerance = 1e-4;   // float32 sums in another order

    // Sizes below, at and above a vector, with and without a remainder; more positions than one block.
    private static readonly TransformerConfig _odd = TransformerConfig.Llama(
        vocabularySize: 37, width: 84, layers: 2, heads: 6, contextLength: 150, keyValueHeads: 2, feedForwardWidth: 45);

    private static IEnumerable<TestCaseData> Configs() =>
        ToyModels.Causal.Select(test => (TransformerConfig)test.Arguments[0]!).Where(config => config.Insertion is null)
            .Concat(
            [
                _odd with { Architecture = "odd" },
                _odd with { Architecture = "pairs", Rotary = RotaryLayout.AdjacentPairs, TiedHead = false },
                _odd with { Architecture = "partial", RotaryWidth = 6, SlidingWindow = 70, QueryKeyValueBias = true },
                TransformerConfig.Gpt2(vocabularySize: 33, width: 40, layers: 2, heads: 2, contextLength: 90)
                    with { Architecture = "wide" },
            ])
            .Select(config => new TestCaseData(config).SetArgDisplayNames(config.Architecture));

    [TestCaseSource(nameof(Configs))]
    public void Step_AfterUnequalPrompts_GivesTheLogitsOfFullPasses(TransformerConfig config)
    {
        using var model = ToyModels.Create(Calm(config));
        int[][] rows = [Ids(config, config.ContextLength, 1), Ids(config, config.ContextLength - 3, 2), Ids(config, 4, 3)];
        using var decoder = new ManagedDecoder(model, 3, config.ContextLength);

        var read = decoder.Begin([.. rows.Select(row => row[..^2])]).ToArray();
        var first = decoder.Step([.. rows.Select(row => row[^2])]).ToArray();
        var second = decoder.Step([.. rows.Select(row => row[^1])]).ToArray();

        for (var row = 0; row < 3; row++)
        {
            var expected = Logits(model, rows[row]);
            Assert.That(Slice(read, row), Is.EqualTo(expected[^3]).Within(Tolerance));
            Assert.That(Slice(first, row), Is.EqualTo(expected[^2]).Within(Tolerance));
            Assert.That(Slice(second, row), Is.EqualTo(expected[^1]).Within(Tolerance));
        }

        float[] Slice(float[] logits, int row) => logits[(row * config.VocabularySize)..((row + 1) * config.VocabularySize)];
    }

    [TestCaseSource(nameof(Configs))]
    public void Begin_OfABatch_GivesTheBitsOfEachRowAlone(TransformerConfig config)
    {
        using var model = ToyModels.Create(Calm(config));
        int[][] rows = [.. Enumerable.Range(1, 7).Select(n => Ids(config, n, n))];
        using var together = new ManagedDecoder(model, 7, config.ContextLength);

        var logits = together.Begin(rows).ToArray();

        for (var row = 0; row < 7; row++)
        {
            using var alone = new ManagedDecoder(model, 1, config.ContextLength);
            Assert.That(
                logits[(row * config.VocabularySize)..((row + 1) * config.VocabularySize)], Is.EqualTo(alone.Begin([rows[row]]).ToArray()));
        }
    }

    [Test]
    public void Keep_OfSomeRows_GoesOnWithThose()
    {
        using var model = ToyModels.Create(Calm(_odd));
        int[][] rows = [Ids(_odd, 5, 1), Ids(_odd, 3, 2), Ids(_odd, 9, 3)];
        using var decoder = new ManagedDecoder(model, 3, 20);
        decoder.Begin(rows);

        decoder.Keep([0, 2]);
        var logits = decoder.Step([7, 8]).ToArray();

        Assert.That((decoder.Length(0), decoder.Length(1)), Is.EqualTo((6, 10)));
        Assert.That(logits[..37], Is.EqualTo(Logits(model, [.. rows[0], 7])[^1]).Within(Tolerance));
        Assert.That(logits[37..], Is.EqualTo(Logits(model, [.. rows[2], 8])[^1]).Within(Tolerance));
    }

    [Test]
    public void Step_OnceWarm_AllocatesNothing()
    {
        using var model = ToyModels.Create(Calm(_odd));
        using var decoder = new ManagedDecoder(model, 2, 150);
        int[] tokens = [1, 2];
        decoder.Begin([[1], [2]]);
        for (var i = 0; i < 40; i++)
            decoder.Step(tokens);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 50; i++)
            decoder.Step(tokens);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void Decoders_OnStories260K_GiveTheSameLogitsAndTokens()
    {
        var golden = Stories260K.Golden;
        using var model = Llama2C.Read(Stories260K.ModelFile);
        using IDecoder managed = new ManagedDecoder(model, 1, 201), torch = new TorchDecoder(model, 1, 201);
        var (ours, theirs) = (managed.Begin([[golden.Bos]]).ToArray(), torch.Begin([[golden.Bos]]).ToArray());
        foreach (var id in golden.Ids)
        {
            Assert.That(ours, Is.EqualTo(theirs).Within(Tolerance));
            Assert.That(Array.IndexOf(ours, ours.Max()), Is.EqualTo(id));
            (ours, theirs) = (managed.Step([id]).ToArray(), torch.Step([id]).ToArray());
        }
    }

    [Test]
    public void Covers_OnlyWhatItComputes()
    {
        using var llama = ToyModels.Create(ToyModels.Llama);
        using var roberta = ToyModels.Create(ToyModels.Roberta);
        using var adapted = llama.ShareWeights();
        using var adapter = new Doubling();
        adapted.Projections[3].Adapter = adapter;

        Assert.That(ManagedDecoder.Covers(llama), Is.True);
        Assert.That(ManagedDecoder.Covers(roberta), Is.False);
        Assert.That(ManagedDecoder.Covers(adapted), Is.False);
        llama.to(ScalarType.Float64);
        Assert.That(ManagedDecoder.Covers(llama), Is.False);
    }

    [Test]
    public void Generate_AfterAWeightChanges_SeesTheChange()
    {
        using var model = ToyModels.Create(ToyModels.Llama with { TiedHead = false });
        var before = TextGenerator.Generate(model, [[1, 2]], new GenerateOptions { MaxTokens = 1 })[0][0];
        using (no_grad())
            model.named_parameters().Single(p => p.name == "head.weight").parameter.neg_();

        var after = TextGenerator.Generate(model, [[1, 2]], new GenerateOptions { MaxTokens = 1 })[0][0];

        Assert.That(after, Is.Not.EqualTo(before));
    }

    /// <summary>Toy weights are large; a wide model keeps its logits of order one with an ε that damps the norms.</summary>
    private static TransformerConfig Calm(TransformerConfig config) => config.Width > 16 ? config with { NormEpsilon = 30 } : config;

    private static int[] Ids(TransformerConfig config, int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(config.VocabularySize))];
    }

    private static float[][] Logits(TransformerModel model, int[] ids)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var logits = ToyModels.Values(model.call(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Length])));
        return [.. logits.Chunk(model.Config.VocabularySize)];
    }

    private sealed class Doubling : IProjectionAdapter
    {
        public IEnumerable<(string Name, TorchSharp.Modules.Parameter Parameter)> Parameters => [];

        public Tensor Apply(Projection projection, Tensor input) => nn.functional.linear(input, projection.Weight, projection.Bias) * 2;

        public Tensor Merge(Projection projection) => projection.Weight.detach() * 2;

        public void Dispose()
        {
        }
    }
}

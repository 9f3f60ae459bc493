using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class TextGeneratorTests
{
    private static readonly GenerateOptions _greedy = new() { MaxTokens = 8 };

    [Test]
    public void Options_ByDefault_AreGreedy()
    {
        var options = new GenerateOptions();

        Assert.That((options.MaxTokens, options.Temperature, options.TopK, options.TopP, options.Seed), Is.EqualTo((100, 0.0, 0, 1.0, 1L)));
        Assert.That(options.StopTokens, Is.Empty);
    }

    [Test]
    public void Validated_WithFaults_NamesAllOfThem() => Assert.That(
        () => new GenerateOptions { MaxTokens = -1, Temperature = double.NaN, TopK = -2, TopP = 0 }.Validated(),
        Throws.ArgumentException.With.Message.EqualTo(
            "GenerateOptions: MaxTokens is -1, expected at least 0. "
            + "Temperature is NaN, expected a number of at least 0. TopK is -2, expected at least 0. "
            + "TopP is 0, expected above 0 and at most 1."));

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.Causal))]
    public void Generate_Greedily_TakesTheLikeliestTokenOfFullPasses(TransformerConfig config)
    {
        using var model = ToyModels.Create(config);
        int[] prompt = [3, 1, 4];

        var cached = TextGenerator.Generate(model, [prompt], _greedy)[0];

        Assert.That(cached, Is.EqualTo(Uncached(model, prompt, 8)));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.Causal))]
    public void Generate_OfABatchOfUnequalPrompts_EqualsEachAlone(TransformerConfig config)
    {
        using var model = ToyModels.Create(config);
        int[][] prompts = [[3, 1, 4, 1, 5], [9], [2, 6, 5], [3, 5, 8, 9, 7, 9, 3]];

        var together = TextGenerator.Generate(model, prompts, _greedy with { StopTokens = [7] });

        foreach (var (prompt, row) in prompts.Zip(together))
            Assert.That(row, Is.EqualTo(TextGenerator.Generate(model, [prompt], _greedy with { StopTokens = [7] })[0]));
    }

    [Test]
    public void Generate_Sampled_DrawsEachRowFromItsOwnStream()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        var options = new GenerateOptions { MaxTokens = 8, Temperature = 1.5, Seed = 40 };
        int[][] prompts = [[1, 2, 3], [4], [1, 2, 3]];

        var together = TextGenerator.Generate(model, prompts, options);

        for (var row = 0; row < 3; row++)
            Assert.That(together[row], Is.EqualTo(TextGenerator.Generate(model, [prompts[row]], options with { Seed = 40 + row })[0]));
        Assert.That(together[2], Is.Not.EqualTo(together[0]));
    }

    [Test]
    public void Generate_WithTopKOne_EqualsGreedy()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        int[][] prompts = [[1, 2, 3], [4]];

        var sampled = TextGenerator.Generate(model, prompts, _greedy with { Temperature = 3, TopK = 1 });

        Assert.That(sampled, Is.EqualTo(TextGenerator.Generate(model, prompts, _greedy)));
    }

    [Test]
    public void Generate_WithTinyTopP_EqualsGreedy()
    {
        using var model = ToyModels.Create(ToyModels.Llama);

        var sampled = TextGenerator.Generate(model, [[1, 2, 3]], _greedy with { Temperature = 2, TopP = 1e-9 });

        Assert.That(sampled, Is.EqualTo(TextGenerator.Generate(model, [[1, 2, 3]], _greedy)));
    }

    [TestCase(1.0, 0, 1.0)]
    [TestCase(0.7, 0, 1.0)]
    [TestCase(1.3, 5, 1.0)]
    [TestCase(1.0, 0, 0.8)]
    public void Generate_Sampled_FollowsTheSoftmaxOfTheLogits(double temperature, int topK, double topP)
    {
        const int draws = 6_000;
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var logits = ToyModels.Values(model.call(tensor(new long[] { 1, 2, 3 }, [1, 3])).narrow(1, 2, 1));
        var expected = Distribution(logits, temperature, topK, topP);
        var options = new GenerateOptions { MaxTokens = 1, Temperature = temperature, TopK = topK, TopP = topP, Seed = 11 };

        var rows = TextGenerator.Generate(model, [.. Enumerable.Repeat(new[] { 1, 2, 3 }, draws)], options);

        var counts = new int[11];
        foreach (var row in rows)
            counts[row[0]]++;
        var possible = Enumerable.Range(0, 11).Where(token => expected[token] > 0).ToArray();
        Assert.That(possible.Sum(token => counts[token]), Is.EqualTo(draws), "a token outside the cut was drawn");
        var chiSquare = possible.Sum(token => Math.Pow(counts[token] - draws * expected[token], 2) / (draws * expected[token]));
        Assert.That(chiSquare, Is.LessThan(MathNet.Numerics.Distributions.ChiSquared.InvCDF(possible.Length - 1, 0.999)));
    }

    [Test]
    public void Generate_WithStopToken_EndsBeforeIt()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        var free = TextGenerator.Generate(model, [[1, 2, 3]], _greedy)[0];
        var stop = free[4];

        var stopped = TextGenerator.Generate(model, [[1, 2, 3]], _greedy with { StopTokens = [stop] })[0];

        Assert.That(stopped, Is.EqualTo(free.TakeWhile(token => token != stop)));
    }

    [Test]
    public void Generate_ToTheEndOfTheContext_StopsWithoutError()
    {
        using var model = ToyModels.Create(ToyModels.Llama);

        var rows = TextGenerator.Generate(model, [[1, 2, 3], [1]], _greedy with { MaxTokens = 100 });

        Assert.That(rows.Select(row => row.Count), Is.EqualTo(new[] { 14, 16 }));   // the last token needs no place in the context of 16
    }

    [Test]
    public void Generate_WithPromptsThatCannotBeContinued_NamesThem()
    {
        using var model = ToyModels.Create(ToyModels.Llama);

        Assert.That(() => TextGenerator.Generate(model, [[1], []], _greedy),
            Throws.ArgumentException.With.Message.Contains("Prompt 1 has no tokens."));
        Assert.That(() => TextGenerator.Generate(model, [new int[17]], _greedy), Throws.ArgumentException.With.Message.Contains(
            "Prompt 0 has 17 tokens, the model's context length is 16."));
    }

    [Test]
    public void Generate_WithBrokenWeights_Throws()
    {
        using var model = ToyModels.Create(ToyModels.Llama);
        using (no_grad())
            model.TokenEmbedding.fill_(double.NaN);

        Assert.That(() => TextGenerator.Generate(model, [[1]], _greedy),
            Throws.InstanceOf<InvalidOperationException>().With.Message.Contains("is NaN"));
    }

    [Test]
    public void Generate_WhenCancelled_Stops()
    {
        using var model = ToyModels.Create(ToyModels.Llama);

        Assert.That(() => TextGenerator.Generate(model, [[1]], _greedy, new CancellationToken(canceled: true)),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Generate_OfATrainingModel_DropsNothingAndRestoresTheMode()
    {
        using var model = ToyModels.Create(ToyModels.Gpt2 with { Dropout = 0.9 });
        var quiet = TextGenerator.Generate(model, [[1, 2]], _greedy)[0];
        model.train();

        Assert.That(TextGenerator.Generate(model, [[1, 2]], _greedy)[0], Is.EqualTo(quiet));
        Assert.That(model.training, Is.True);
    }

    private static List<int> Uncached(TransformerModel model, int[] prompt, int count)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var all = prompt.ToList();
        for (var i = 0; i < count; i++)
        {
            var logits = ToyModels.Values(
                model.call(tensor(all.Select(id => (long)id).ToArray(), [1, all.Count])).narrow(1, all.Count - 1, 1));
            all.Add(Array.IndexOf(logits, logits.Max()));
        }
        return all[prompt.Length..];
    }

    private static double[] Distribution(float[] logits, double temperature, int topK, double topP)
    {
        var p = logits.Select(logit => Math.Exp(logit / temperature)).ToArray();
        var kept = Enumerable.Range(0, p.Length).OrderByDescending(token => p[token]).Take(topK > 0 ? topK : p.Length).ToList();
        var (total, sum) = (kept.Sum(token => p[token]), 0.0);
        kept = kept.TakeWhile(token => (sum += p[token]) - p[token] < topP * total).ToList();
        total = kept.Sum(token => p[token]);
        return [.. p.Select((value, token) => kept.Contains(token) ? value / total : 0)];
    }
}

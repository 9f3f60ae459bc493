using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class KvCacheTests
{
    private const float Tolerance = 1e-5f;   // the same sums in another order

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.Causal))]
    public void Hidden_InPieces_EqualsOnePass(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var model = ToyModels.Create(config);
        using var cache = new KvCache(model, 2);
        var tokens = ToyModels.Tokens(2, 12);
        var options = new ForwardOptions { Cache = cache };

        var pieces = new[] { (0, 5), (5, 1), (6, 1), (7, 3), (10, 2) }.Select(piece =>
            model.Hidden(tokens.narrow(1, piece.Item1, piece.Item2), options));

        Assert.That(ToyModels.LargestDifference(cat([.. pieces], 1), model.Hidden(tokens)), Is.LessThan(Tolerance));
        Assert.That(cache.Lengths, Is.EqualTo(new[] { 12, 12 }));
    }

    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.Causal))]
    public void Hidden_WithRowsOfDifferentLengths_EqualsEachRowAlone(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var model = ToyModels.Create(config);
        using var cache = new KvCache(model, 3);
        int[] first = [6, 2, 4], second = [1, 3, 2];
        var rows = Enumerable.Range(0, 3).Select(row => ToyModels.Tokens(1, 16, seed: row)).ToArray();

        Step(first, [0, 0, 0]);
        var hidden = Step(second, first);

        for (var row = 0; row < 3; row++)
        {
            var alone = model.Hidden(rows[row].narrow(1, 0, first[row] + second[row])).narrow(1, first[row], second[row]);
            Assert.That(ToyModels.LargestDifference(hidden.narrow(0, row, 1).narrow(1, 0, second[row]), alone), Is.LessThan(Tolerance));
        }
        Assert.That(cache.Lengths, Is.EqualTo(new[] { 7, 5, 6 }));

        Tensor Step(int[] count, int[] start)
        {
            var time = count.Max();
            var tokens = cat([.. rows.Select((row, i) => row.narrow(1, start[i], time))]);      // padding = the row's own later tokens
            return model.Hidden(tokens, new ForwardOptions { Cache = cache, Lengths = tensor(count.Select(c => (long)c).ToArray()) });
        }
    }

    [Test]
    public void Truncate_ThenContinue_EqualsAFreshStart()
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var cache = new KvCache(model, 1);
        var tokens = ToyModels.Tokens(1, 8);
        var options = new ForwardOptions { Cache = cache };
        model.Hidden(tokens, options);

        cache.Truncate(3);
        var again = model.Hidden(tokens.narrow(1, 3, 5), options);

        Assert.That(ToyModels.LargestDifference(again, model.Hidden(tokens).narrow(1, 3, 5)), Is.LessThan(Tolerance));
    }

    [Test]
    public void Keep_OfSomeRows_ContinuesThose()
    {
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        using var model = ToyModels.Create(ToyModels.Gpt2);
        using var cache = new KvCache(model, 3);
        var tokens = ToyModels.Tokens(3, 6);
        model.Hidden(tokens.narrow(1, 0, 4), new ForwardOptions { Cache = cache });

        cache.Keep([2, 0]);
        var kept = cat([tokens.narrow(0, 2, 1), tokens.narrow(0, 0, 1)]);
        var hidden = model.Hidden(kept.narrow(1, 4, 2), new ForwardOptions { Cache = cache });

        Assert.That(ToyModels.LargestDifference(hidden, model.Hidden(kept).narrow(1, 4, 2)), Is.LessThan(Tolerance));
    }

    [Test]
    public void Hidden_BeyondCapacity_NamesBothLengths()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var cache = new KvCache(model, 1, capacity: 6);
        var options = new ForwardOptions { Cache = cache };
        model.Hidden(ToyModels.Tokens(1, 4), options);

        Assert.That(() => model.Hidden(ToyModels.Tokens(1, 3), options), Throws.ArgumentException.With.Message.Contains(
            "4 cached and 3 new tokens exceed(s) the cache's capacity of 6 tokens."));
    }

    [Test]
    public void Hidden_WithCacheThatDoesNotFit_SaysWhy()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var masked = ToyModels.Create(ToyModels.Roberta);
        using var cache = new KvCache(model, 2);

        Assert.That(
            () => model.Hidden(ToyModels.Tokens(1, 4), new ForwardOptions { Cache = cache }),
            Throws.ArgumentException.With.Message.Contains("made for 2 rows, the batch has 1"));
        Assert.That(
            () => model.Hidden(ToyModels.Tokens(2, 4), new ForwardOptions { Cache = cache, Layers = 1 }),
            Throws.ArgumentException.With.Message.Contains("Layers cannot be set together with a cache"));
        Assert.That(
            () => masked.Hidden(ToyModels.Tokens(2, 4), new ForwardOptions { Cache = cache }),
            Throws.ArgumentException.With.Message.Contains("A cache needs a causal model; 'roberta'"));
    }
}

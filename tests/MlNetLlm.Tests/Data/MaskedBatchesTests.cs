using MlNetLlm.Data;
using MlNetLlm.Tests.EmbeddingReset;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Data;

public sealed class MaskedBatchesTests
{
    private static readonly ToyOptions _options = new() { BatchSize = 2, SequenceLength = 12 };

    [Test]
    public void Read_PacksWholeRowsBehindABeginToken()
    {
        using var batches = Read(["abc", "defg", "h", "abcdefgh", "abcdefghabcdefgh"]);
        using var batch = batches.InOrder().ElementAt(0);
        using var next = batches.InOrder().ElementAt(1);
        // begin + abc defg h; abcdefgh does not fit; the last is longer than a sequence and goes on
        Assert.That(Rows(batch), Is.EqualTo(["1 3 4 5 6 7 8 9 10", "1 3 4 5 6 7 8 9 10"]));
        Assert.That(Rows(next), Is.EqualTo(["1 3 4 5 6 7 8 9 10 3 4 5", "1 6 7 8 9 10"]));
        Assert.That(next.Lengths!.data<long>().ToArray(), Is.EqualTo([12, 6]));
        Assert.That(batch.Lengths, Is.Null, "rows of one length need none");
        Assert.That(batches.Sequences, Is.EqualTo(4));
    }

    [Test]
    public void Read_WithAnEndToken_PutsItBehindEachRow()
    {
        var special = new SpecialTokens { Bos = 1, Eos = 0, Mask = 2 };
        var tokenizer = new VocabularyTokenizer(["<eos>", "<bos>", "<mask>", "a", "b"], TokenSeparator.None, special);
        using var batches = MaskedBatches.Read(Toys.Rows("ab", "b"), _options, new MaskingOptions(), tokenizer, special, 5, 64);
        using var batch = batches.InOrder().Single();
        Assert.That(Rows(batch), Is.EqualTo(["1 3 4 0 4 0"]));
    }

    [Test]
    public void Next_GivesOneRowASequence_WhereItFillsIt()
    {
        using var batches = Read([.. Enumerable.Repeat("abcdefghabc", 5)]);
        using var batch = batches.Next();
        Assert.That(batch.Tokens.shape, Is.EqualTo(new long[] { 2, 12 }));
        Assert.That(batch.Lengths, Is.Null);
    }

    [Test]
    public void Next_MasksTheSharesAskedFor()
    {
        var masking = new MaskingOptions { Share = 0.2, MaskedShare = 0.6, RandomShare = 0.3 };
        using var batches = Read([.. Enumerable.Repeat("abcdefghabc", 40)], masking, _options with { BatchSize = 40 });
        var (guessed, masked, other, kept) = (0, 0, 0, 0);
        for (var i = 0; i < 100; i++)
        {
            using var batch = batches.Next();
            var (tokens, targets) = (batch.Tokens.data<long>().ToArray(), batch.Targets.data<long>().ToArray());
            for (var at = 0; at < tokens.Length; at++)
            {
                if (targets[at] == TokenBatch.Ignored) continue;
                Assert.That(targets[at], Is.InRange(3, 10), "special tokens are not guessed");
                Assert.That(tokens[at], Is.Not.InRange(0, 1), "nor drawn");
                guessed++;
                masked += tokens[at] == 2 ? 1 : 0;
                kept += tokens[at] == targets[at] ? 1 : 0;
                other += tokens[at] != 2 && tokens[at] != targets[at] ? 1 : 0;
            }
            Assert.That(batch.TokenCount, Is.EqualTo(targets.Count(target => target != TokenBatch.Ignored)));
        }
        // 4000 sequences of 11 tokens, 2.2 of them guessed; a random token is the right one in 1 of 8
        Assert.That(guessed / 4000.0, Is.EqualTo(2.2).Within(0.05));
        Assert.That((double)masked / guessed, Is.EqualTo(0.6).Within(0.03));
        Assert.That((double)other / guessed, Is.EqualTo(0.3 * 7 / 8).Within(0.03));
        Assert.That((double)kept / guessed, Is.EqualTo(0.1 + 0.3 / 8).Within(0.03));
    }

    [Test]
    public void Next_AfterAJump_GivesWhatItWouldHaveGiven()
    {
        string[] rows = [.. Enumerable.Range(1, 9).Select(length => "abcdefghabc"[..length])];
        using var a = Read(rows);
        using var b = Read(rows);
        for (var i = 0; i < 7; i++)
            a.Next().Dispose();
        b.Position = 7;
        using var first = a.Next();
        using var second = b.Next();
        Assert.That(second.Tokens.bytes.ToArray(), Is.EqualTo(first.Tokens.bytes.ToArray()));
        Assert.That(second.Targets.bytes.ToArray(), Is.EqualTo(first.Targets.bytes.ToArray()));
        Assert.That(b.Fingerprint, Is.EqualTo(a.Fingerprint));
    }

    [Test]
    public void Next_InAnotherEpoch_DrawsOtherMasks()
    {
        using var batches = Read(["abcdefghabc", "bcdefghabcd"]);
        var seen = Enumerable.Range(0, 6).Select(_ =>
        {
            using var batch = batches.Next();
            return string.Join(" ", batch.Targets.data<long>());
        }).ToList();
        Assert.That(seen.Distinct().Count(), Is.GreaterThan(3));
    }

    [Test]
    public void InOrder_GivesTheSameMasksEveryTime()
    {
        using var batches = Read([.. Enumerable.Repeat("abcdefghabc", 7)]);
        Assert.That(All(), Is.EqualTo(All()));

        List<string> All() => [.. batches.InOrder().Select(batch =>
        {
            using (batch) return string.Join(" ", batch.Tokens.data<long>());
        })];
    }

    [TestCase(7, 1.0, 7), TestCase(0, 0.5, 12), TestCase(5, 0.5, 5), TestCase(0, 1.0, 24)]
    public void Read_OfTheTextsBeginning_TakesSoManyTokens(long tokens, double share, int expected)
    {
        string[] rows = ["abcdefgh", "abcdefgh", "abcdefgh"];
        using var batches = MaskedBatches.Read(
            Toys.Rows(rows), _options, new MaskingOptions(), ResetToys.Tokenizer(), ResetToys.Special, 11, 64,
            new TextBudget(tokens, share));
        var ordinary = batches.InOrder().Sum(batch =>
        {
            using (batch) return Rows(batch).Sum(row => row.Split(' ').Length - 1);
        });
        Assert.That(ordinary, Is.EqualTo(expected));
    }

    [Test]
    public void Read_WithoutAMaskToken_SaysSo()
        => Assert.That(
            () => MaskedBatches.Read(
                Toys.Rows("abc"), _options, new MaskingOptions(), ResetToys.Tokenizer(), new SpecialTokens { Bos = 1 }, 11, 64),
            Throws.ArgumentException.With.Message.Contains("needs a mask token"));

    [Test]
    public void Faults_OfMasking_AreNamed()
    {
        Assert.That(new MaskingOptions().Faults(), Is.Empty);
        Assert.That(new MaskingOptions { Share = 0, MaskedShare = 2, RandomShare = -1.5 }.Faults(), Is.EqualTo([
            "Masking.Share is 0; expected above 0 and at most 1.", "Masking.MaskedShare is 2; expected 0 to 1.",
            "Masking.RandomShare is -1.5; expected 0 to 1."]));
        Assert.That(new MaskingOptions { RandomShare = 0.3 }.Faults(), Is.EqualTo([
            "Masking.MaskedShare and Masking.RandomShare are 0.8 and 0.3; expected at most 1 together."]));
    }

    private static MaskedBatches Read(string[] rows, MaskingOptions? masking = null, ToyOptions? options = null) => MaskedBatches.Read(
        Toys.Rows(rows), options ?? _options, masking ?? new MaskingOptions(), ResetToys.Tokenizer(), ResetToys.Special, 11, 64);

    // What stood there before masking, padding left out.
    private static IReadOnlyList<string> Rows(TokenBatch batch)
    {
        var (rows, time) = ((int)batch.Tokens.size(0), (int)batch.Tokens.size(1));
        var (tokens, targets) = (batch.Tokens.data<long>().ToArray(), batch.Targets.data<long>().ToArray());
        var lengths = batch.Lengths?.data<long>().ToArray();
        return [.. Enumerable.Range(0, rows).Select(r => string.Join(" ", Enumerable.Range(r * time, (int)(lengths?[r] ?? time))
            .Select(at => targets[at] == TokenBatch.Ignored ? tokens[at] : targets[at])))];
    }
}

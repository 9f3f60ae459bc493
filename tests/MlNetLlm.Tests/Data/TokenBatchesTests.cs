using MlNetLlm.Data;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Data;

public sealed class TokenBatchesTests
{
    private static readonly ToyOptions _packed = new() { BatchSize = 2, SequenceLength = 4 };
    private static readonly ToyOptions _rows = new()
    {
        TextColumn = "Prompt", CompletionColumn = "Completion", BatchSize = 2, SequenceLength = 8,
    };

    [Test]
    public void InOrder_OfPackedText_CoversEveryTokenOnceWithSeparators()
    {
        using var batches = Toys.Batches(_packed, "cde", "", "fghijk");   // 0 c d e 0 f g h i j k: windows of 4
        var rows = batches.InOrder().SelectMany(Rows).ToList();

        Assert.That(rows, Is.EqualTo(new[] { "0 4 5 6 -> 4 5 6 0", "0 7 8 9 -> 7 8 9 10", "10 11 -> 11 12" }));
        Assert.That(batches.Sequences, Is.EqualTo(3));
        Assert.That(batches.CountedTokens, Is.EqualTo(10), "every token but the first is a target once");
        Assert.That(batches.TokensPerBatch, Is.EqualTo(20.0 / 3).Within(1e-12));
    }

    [TestCase(null, null, "4 5 -> 5 6")]
    [TestCase(null, 1, "1 4 5 -> 4 5 6")]
    [TestCase(0, null, "0 4 5 -> 4 5 6")]
    public void InOrder_BySpecialTokens_SeparatesAsTheTokenizerSays(int? bos, int? eos, string expected)
    {
        var special = new SpecialTokens { Bos = bos, Eos = eos };
        using var batches = TokenBatches.Read(Toys.Rows("cde"), _packed, new LetterTokenizer(), special, 64);

        Assert.That(Rows(batches.InOrder().Single()).Single(), Is.EqualTo(expected));
    }

    [Test]
    public void Next_OverTwoEpochs_GivesEveryWindowOnceAnEpochInOtherOrders()
    {
        using var batches = Toys.Batches(_packed, string.Concat(Enumerable.Range(0, 40).Select(i => (char)('c' + i % 20))));
        Assert.That(batches.Sequences, Is.EqualTo(10));

        var epochs = Enumerable.Range(0, 10).SelectMany(_ => Rows(batches.Next())).Chunk(10).ToList();

        var expected = batches.InOrder().SelectMany(Rows).ToList();
        Assert.That(epochs[0], Is.EquivalentTo(expected).And.Not.EqualTo(expected));
        Assert.That(epochs[1], Is.EquivalentTo(expected).And.Not.EqualTo(epochs[0]));
    }

    [Test]
    public void Next_AfterSettingThePosition_ContinuesExactly([Values] bool completions)
    {
        using var one = Many(completions);
        using var two = Many(completions);
        var all = Enumerable.Range(0, 60).Select(_ => string.Join("|", Rows(one.Next()))).ToList();

        foreach (var start in new[] { 59, 0, 31, 32, 17, 16 })
        {
            two.Position = start;
            Assert.That(string.Join("|", Rows(two.Next())), Is.EqualTo(all[start]), $"batch {start}");
            Assert.That(two.Position, Is.EqualTo(start + 1));
        }
        Assert.That(two.Fingerprint, Is.EqualTo(one.Fingerprint));
    }

    [Test]
    public void Fingerprint_OfOtherDataSeedOrLength_Differs()
    {
        var prints = new[]
        {
            Toys.Batches(_packed, "cdefgh"), Toys.Batches(_packed, "cdefgi"), Toys.Batches(_packed with { Seed = 2 }, "cdefgh"),
            Toys.Batches(_packed with { SequenceLength = 5 }, "cdefgh"), Toys.Batches(_packed with { BatchSize = 3 }, "cdefgh"),
        }.Select(batches => batches.Fingerprint);

        Assert.That(prints, Is.Unique);
    }

    [Test]
    public void Next_WithFewerWindowsThanABatch_FillsItFromTheNextEpochs()
    {
        using var batches = Toys.Batches(_packed with { BatchSize = 5 }, "cdefgh");
        var rows = Rows(batches.Next()).ToList();

        Assert.That(rows, Has.Count.EqualTo(5));
        Assert.That(rows.GroupBy(row => row).Select(same => same.Count()), Is.EquivalentTo(new[] { 2, 3 }));
    }

    [Test]
    public void InOrder_WithCompletions_CountsOnlyThemAndTheEnd()
    {
        using var batches = Completions(("cd", "ef"), ("c", "d"), ("", "gh"));

        Assert.That(batches.InOrder().SelectMany(Rows), Is.EqualTo(new[]
        {
            "0 4 5 6 7 -> -100 -100 6 7 1", "0 4 5 1 1 -> -100 5 1 -100 -100", "0 8 9 -> 8 9 1",
        }));
        Assert.That(batches.CountedTokens, Is.EqualTo(3 + 2 + 3));
    }

    [Test]
    public void InOrder_WithATokenAcrossTheBorder_CountsItWithTheCompletion()
    {
        using var batches = Completions(("ca", "bd"));   // c · ab · d

        Assert.That(batches.InOrder().SelectMany(Rows).Single(), Is.EqualTo("0 4 99 5 -> -100 99 5 1"));
    }

    [Test]
    public void Next_WithCompletionsOfManyLengths_PutsLikeLengthsTogether()
    {
        using var batches = Many(completions: true);
        var (padding, places, lengths) = (0, 0, new List<int>());
        for (var i = 0; i < 64; i++)
        {
            using var batch = batches.Next();
            lengths.Add((int)batch.Tokens.shape[1]);
            places += (int)batch.Tokens.numel();
            padding += batch.Tokens.data<long>().ToArray().Chunk((int)batch.Tokens.shape[1]).Sum(row => row.Reverse().TakeWhile(id
                => id == 1).Count());
        }
        Assert.That(padding, Is.LessThan(places / 20));
        Assert.That(lengths, Is.Not.Ordered, "batches of one length must not follow each other");
    }

    [Test]
    public void Read_WithARowThatIsTooLong_RefusesOrCutsIt()
    {
        var options = _rows with { SequenceLength = 4 };

        Assert.That(() => TokenBatches.Read(Toys.Pairs(("c", "d"), ("cde", "fg")), options, new LetterTokenizer(), Toys.Special, 64),
            Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
                "Row 2 has 6 tokens; SequenceLength is 4. Raise SequenceLength, or set TruncateLongRows."));

        using var cut = TokenBatches.Read(
            Toys.Pairs(("cde", "fg"), ("c", "defghi")), options with { TruncateLongRows = true }, new LetterTokenizer(), Toys.Special, 64);
        Assert.That(cut.InOrder().SelectMany(Rows), Is.EqualTo(new[] { "0 6 7 8 -> -100 7 8 1", "0 5 6 7 -> 5 6 7 8" }));
    }

    [Test]
    public void Read_OfUnusableData_SaysWhatIsWrong()
    {
        Assert.That(() => Toys.Batches(_packed with { TextColumn = "Body" }, "cde"), Throws.ArgumentException.With.Message.EqualTo(
            "Column 'Body' is missing; the data has 'Text'. Set `TextColumn`."));
        Assert.That(() => Toys.Batches(_packed with { CompletionColumn = "Answer" }, "cde"), Throws.ArgumentException.With.Message.EqualTo(
            "Column 'Answer' is missing; the data has 'Text'. Set `CompletionColumn`."));
        Assert.That(() => Toys.Batches(_packed), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            "The data has no rows. Give it at least one."));
        Assert.That(() => Toys.Batches(_packed, " ", ""), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            "Column 'Text' has too little text: 2 rows, fewer than 2 tokens together."));
        Assert.That(() => Completions(), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            "The data has no rows. Give it at least one."));
        Assert.That(() => Completions(("c", "d"), ("c", "")), Throws.InstanceOf<InvalidDataException>().With.Message.EqualTo(
            "Row 2 has an empty completion in column 'Completion'. Leave the row out, or give it one."));
        Assert.That(() => Toys.Batches(_packed with { SequenceLength = 65 }, "cde"), Throws.ArgumentException.With.Message.EqualTo(
            "SequenceLength is 65; the model reads at most 64 tokens at once. Lower it."));
    }

    [Test]
    public void Read_WhenCancelled_Stops()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.That(
            () => TokenBatches.Read(Toys.Rows("cde"), _packed, new LetterTokenizer(), Toys.Special, 64, cancellationToken: cancelled),
            Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Read_OfMoreThanTheMemoryTakes_GivesTheSameBatchesFromItsFile([Values(0, 7, 200)] int tokensInMemory)
    {
        var texts = Enumerable.Range(0, 30).Select(i => new string((char)('c' + i % 20), 1 + i % 13)).ToArray();
        using var plain = Toys.Batches(_packed, texts);
        using var spilled = TokenBatches.Read(Toys.Rows(texts), _packed, new LetterTokenizer(), Toys.Special, 64, tokensInMemory);

        Assert.That(spilled.InOrder().SelectMany(Rows), Is.EqualTo(plain.InOrder().SelectMany(Rows)));
        Assert.That(Rows(spilled.Next()), Is.EqualTo(Rows(plain.Next())));
        Assert.That(spilled.Fingerprint, Is.EqualTo(plain.Fingerprint));
    }

    private static TokenBatches Completions(params (string, string)[] pairs)
        => TokenBatches.Read(Toys.Pairs(pairs), _rows, new LetterTokenizer(), Toys.Special, 64);

    private static TokenBatches Many(bool completions) => completions
        ? TokenBatches.Read(
            Toys.Pairs([.. Enumerable.Range(0, 200).Select(i => ("c", new string('d', 1 + i * 37 % 50)))]),
            _rows with { BatchSize = 4, SequenceLength = 64 }, new LetterTokenizer(), Toys.Special, 64)
        : Toys.Batches(_packed, string.Concat(Enumerable.Range(0, 301).Select(i => (char)('c' + i * i % 23))));

    private static IEnumerable<string> Rows(TokenBatch batch)
    {
        using (batch)
        {
            var time = (int)batch.Tokens.shape[1];
            var (tokens, targets) = (batch.Tokens.data<long>().ToArray(), batch.Targets.data<long>().ToArray());
            Assert.That(batch.TokenCount, Is.EqualTo(targets.LongCount(target => target != TokenBatch.Ignored)));
            return tokens.Chunk(time).Zip(targets.Chunk(time)).Select(row
                => $"{string.Join(" ", row.First)} -> {string.Join(" ", row.Second)}");
        }
    }
}

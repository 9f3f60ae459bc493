using Microsoft.ML.Tokenizers;

namespace StandIns.Tests.Tokenizers;

public sealed class TokenizerTests
{
    private const string Text = "one three seventh a";

    private static readonly Tokenizer Words = new WordTokenizer();

    [Test]
    public void EncodeToIds_OfTextOrSpan_GivesTheIdsOfTheTokens()
    {
        Assert.That(Words.EncodeToIds(Text), Is.EqualTo(new[] { 4, 6, 8, 1 }));
        Assert.That(Words.EncodeToIds(Text.AsSpan()), Is.EqualTo(new[] { 4, 6, 8, 1 }));
        Assert.That(Words.EncodeToTokens(Text, out _).Select(t => t.Id), Is.EqualTo(new[] { 4, 6, 8, 1 }));
        Assert.That(Words.CountTokens(Text), Is.EqualTo(4));
    }

    [Test]
    public void EncodeToIds_WithALimit_PassesItOn()
    {
        var ids = Words.EncodeToIds(Text, 2, out var normalized, out var consumed);

        Assert.That(ids, Is.EqualTo(new[] { 4, 6 }));
        Assert.That(consumed, Is.EqualTo(10));
        Assert.That(normalized, Is.Null);
    }

    [Test]
    public void GetIndexByTokenCount_FromEitherEnd_GivesThePlaceBetweenTokens()
    {
        Assert.That(Words.GetIndexByTokenCount(Text, 2, out _, out var first), Is.EqualTo(10));
        Assert.That(Words.GetIndexByTokenCountFromEnd(Text, 3, out _, out var last), Is.EqualTo(4));
        Assert.That((first, last), Is.EqualTo((2, 3)));
    }

    [Test]
    public void Decode_OfALongText_GrowsItsBuffer()
        => Assert.That(Words.Decode(Enumerable.Repeat(100, 1000)), Is.EqualTo(new string('x', 100_000)));

    [Test]
    public void EncodeSettings_OfANewOne_HaveNoLimit()
        => Assert.That(new EncodeSettings().MaxTokenCount, Is.EqualTo(int.MaxValue));

    [Test]
    public void EncodedToken_WithEqualMembers_IsEqual()
    {
        Assert.That(new EncodedToken(1, "a", 0..1).Equals(new EncodedToken(1, "a", 0..1)), Is.True);
        Assert.That(new EncodedToken(1, "a", 0..1).Equals(new EncodedToken(1, "a", 0..2)), Is.False);
    }

    [Test]
    public void PreTokenizerAndNormalizer_OfAPlainTokenizer_AreAbsent()
    {
        Assert.That(Words.PreTokenizer, Is.Null);
        Assert.That(Words.Normalizer, Is.Null);
    }
}

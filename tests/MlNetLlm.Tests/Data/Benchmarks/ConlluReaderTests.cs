using Microsoft.ML;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data.Benchmarks;

public class ConlluReaderTests
{
    private static readonly Benchmark Own = new()
    {
        Name = "own", Dataset = "own", Shape = BenchmarkShape.Sentences, Files = "{language}_{subject}-ud-{split}.conllu",
    };

    // "Je rentre du lac." with the contraction "du" (de + le) and an empty node after "lac".
    private const string Lake = """
        # sent_id = lake
        # text = Je rentre du lac.
        1|Je|moi|PRON|_|Person=1|2|nsubj|_|_
        2|rentre|rentrer|VERB|_|_|0|root|_|_
        3-4|du|_|_|_|_|_|_|_|_
        3|de|de|ADP|_|_|5|case|_|_
        4|le|le|DET|_|_|5|det|_|_
        5|lac|lac|NOUN|NC|Gender=Masc|2|obl|_|SpaceAfter=No
        5.1|rentre|rentrer|VERB|_|_|_|_|0:root|_
        6|.|.|PUNCT|_|_|2|punct|_|_
        """;

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Read_GivesSyntacticWordsWithTheirAnnotation()
    {
        var data = Read(Lake);

        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { "lake" }));
        Assert.That(data.Texts("Language"), Is.EqualTo(new[] { "fr" }));
        Assert.That(data.Texts("Subject"), Is.EqualTo(new[] { "own" }));
        Assert.That(data.Texts("Text"), Is.EqualTo(new[] { "Je rentre du lac." }));
        Assert.That(data.TextLists("Tokens").Single(), Is.EqualTo(new[] { "Je", "rentre", "de", "le", "lac", "." }));
        Assert.That(data.TextLists("Lemmas").Single(), Is.EqualTo(new[] { "moi", "rentrer", "de", "le", "lac", "." }));
        Assert.That(data.TextLists("Upos").Single(), Is.EqualTo(new[] { "PRON", "VERB", "ADP", "DET", "NOUN", "PUNCT" }));
        Assert.That(data.TextLists("Xpos").Single()[4], Is.EqualTo("NC"));
        Assert.That(data.TextLists("Features").Single()[4], Is.EqualTo("Gender=Masc"));
        Assert.That(data.NumberLists("Heads").Single(), Is.EqualTo(new[] { 2, 0, 5, 5, 2, 2 }));
        Assert.That(data.TextLists("Relations").Single(), Is.EqualTo(new[] { "nsubj", "root", "case", "det", "obl", "punct" }));
    }

    [Test]
    public void Read_PlacesWordsInTheText()
    {
        var data = Read(Lake);

        Assert.That(data.NumberLists("Starts").Single(), Is.EqualTo(new[] { 0, 3, 10, 10, 13, 16 }));    // "du" for both its words
        Assert.That(data.NumberLists("Lengths").Single(), Is.EqualTo(new[] { 2, 6, 2, 2, 3, 1 }));
    }

    [Test]
    public void Read_WithoutTextComment_JoinsTheTokens()
    {
        var data = Read(Lake.Replace("# text = Je rentre du lac.\n", ""));

        Assert.That(data.Texts("Text").Single(), Is.EqualTo("Je rentre du lac."));
        Assert.That(data.NumberLists("Starts").Single(), Is.EqualTo(new[] { 0, 3, 10, 10, 13, 16 }));
    }

    [Test]
    public void Read_WithSeveralSentences_StartsEachAnew()
    {
        var data = Read($"{Lake}\n\n# newpar\n1|Oui|oui|INTJ|_|_|0|root|_|_\n\n\n{Lake}");

        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { "lake", "fr_own-ud-test:2", "lake" }));
        Assert.That(data.Texts("Text")[1], Is.EqualTo("Oui"));
    }

    [TestCase("1|a|a|X|_|_|0|root|_", 1, "the line has 9 columns; expected 10, separated by tabs.")]
    [TestCase("2|a|a|X|_|_|0|root|_|_", 1, "the word's number is '2'; expected 1.")]
    [TestCase("x|a|a|X|_|_|0|root|_|_", 1, "'x' is no number; expected one.")]
    [TestCase("1|a|a|X|_|_|_|root|_|_", 1, "'_' is no number; expected one.")]
    [TestCase("1|a|a|X|_|_|2|root|_|_\n", 2, "word 1 has the head 2; expected at most 1, the number of words.")]
    [TestCase("1-2|a|_|_|_|_|_|_|_|_\n1|a|a|X|_|_|0|root|_|_\n", 3,
        "the sentence ends with word 1; expected 2 words, as its last multi-word token says.")]
    [TestCase("2-3|a|_|_|_|_|_|_|_|_", 1, "the multi-word token is '2-3'; expected one that starts with word 1.")]
    [TestCase("# text = b\n1|a|a|X|_|_|0|root|_|_\n", 3, "the text goes on with 'b'; expected the token 'a'.")]
    public void Read_WithFaultyLine_NamesFileAndLine(string lines, int line, string fault) =>
        Assert.That(() => Read(lines).Texts("Text"), Throws.InstanceOf<InvalidDataException>()
            .With.Message.EqualTo($"'{_folder["fr_own-ud-test.conllu"]}', line {line}: {fault}"));

    [Test]
    public void Read_OfItalianTreebank_PlacesEveryWordInItsText()
    {
        var data = BenchmarkData.Read("ud_pud", new BenchmarkOptions { Language = "it" });    // has 1,547 multi-word tokens

        foreach (var (text, starts, lengths) in data.Texts("Text").Zip(data.NumberLists("Starts"), data.NumberLists("Lengths")))
        {
            Assert.That(starts, Is.Ordered.And.All.GreaterThanOrEqualTo(0));
            Assert.That(starts[^1] + lengths[^1], Is.EqualTo(text.Length));
        }
    }

    private IDataView Read(string lines)
    {
        File.WriteAllText(_folder["fr_own-ud-test.conllu"], lines.Replace('|', '\t'));
        return ConlluReader.Read(Own, _folder.Path);
    }
}

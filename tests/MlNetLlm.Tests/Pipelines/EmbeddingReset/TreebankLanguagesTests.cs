using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Pipelines.EmbeddingReset;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

public class TreebankLanguagesTests
{
    private TreebankLanguages _languages = null!;

    [OneTimeSetUp]
    public void Open()
    {
        foreach (var name in new[] { "ud", "ud_pud", "ud_english_2015", "standardebooks", "xquad" })
            if (!DatasetCatalog.Default.Has(name)) Assert.Ignore($"Data set '{name}' is not on this machine.");
        _languages = new TreebankLanguages(new MLContext(1), new SectionOptions
        {
            Name = "real", Source = SectionSource.Treebanks, Arms = ["AF"], Languages = ["hi"], Budgets = [1000], Tasks = ["tagging"],
            VocabularySize = 400, Pretraining = new PretrainingOptions { TextRows = 100 }, Task = new TaskOptions { TrainRows = 50 },
        }, CancellationToken.None);
    }

    [Test]
    public void New_OfHindi_LearnsFromOtherSentencesThanItIsScoredOn()
    {
        var hindi = _languages.New("hi", 1);
        var text = TextRows.Of(hindi.Text).ToHashSet();
        var tested = TextRows.Of(hindi.Tasks["tagging"].Test).Distinct().ToList();
        Assert.That(tested, Has.Count.EqualTo(100));
        Assert.That(tested.Where(text.Contains), Is.Empty);
        Assert.That(text, Has.Count.GreaterThan(600), "500 sentences and 240 paragraphs");
        Assert.That(hindi.Tokenizer.EncodeToIds("यह एक वाक्य है").Max(), Is.LessThan(400));
    }

    [Test]
    public void New_OfTheDomain_IsEnglish_AndNearerThanHindi()
    {
        Assert.That(TextRows.Of(_languages.New("en-atis", 1).Text).Take(20), Has.Some.Contains("flight"));
        Assert.That(_languages.New("de", 1).Distance, Is.LessThan(_languages.New("hi", 1).Distance));
        Assert.That(_languages.First(1).Distance, Is.Zero);
    }

    [Test]
    public void First_TakesEnglishTagsToLearn_AndTheParallelTreebankAsTest()
    {
        var english = _languages.First(1).Tasks["tagging"];
        var learned = TextRows.Of(english.Train!).Distinct().ToHashSet();
        Assert.That(learned, Has.Count.EqualTo(50));
        Assert.That(TextRows.Of(english.Test).Distinct().Where(learned.Contains), Is.Empty);
        Assert.That(Labels(english.Train!).Concat(Labels(english.Test)), Is.SupersetOf(new[] { "NOUN", "VERB", "ADJ", "DET", "PUNCT" }));

        static IEnumerable<string> Labels(IDataView rows) => TextRows.Of(rows, "Label").Distinct();
    }
}

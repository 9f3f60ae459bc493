using MlNetLlm.Data.SyntheticLanguages;

namespace MlNetLlm.Tests.Data.SyntheticLanguages;

public class SyntheticLanguageTests
{
    private static readonly SyntheticLanguage First = new(new SyntheticLanguageOptions());

    [Test]
    public void Words_OfTheLexicon_AreThe128FormsOfTheGrammar()
    {
        var counts = SyntheticLexicon.Words.CountBy(word => word.Tag).ToDictionary();
        Assert.That(counts, Is.EquivalentTo(new Dictionary<SyntheticTag, int>
        {
            [SyntheticTag.Determiner] = 8, [SyntheticTag.Noun] = 40, [SyntheticTag.Adjective] = 16, [SyntheticTag.Verb] = 48,
            [SyntheticTag.Adverb] = 6, [SyntheticTag.Adposition] = 4, [SyntheticTag.Pronoun] = 4, [SyntheticTag.Punctuation] = 2,
        }));
        Assert.That(SyntheticLexicon.Words.Select(word => word.Index), Is.EqualTo(Enumerable.Range(0, 128)));
        Assert.That(SyntheticLexicon.Words.Select(word => word with { Index = 0 }), Is.Unique);
        Assert.That(SyntheticLexicon.Words.Where(word => word.Tag == SyntheticTag.Noun).GroupBy(noun => (noun.Topic, noun.Stem))
            .All(noun => noun.Select(form => form.Gender).Distinct().Count() == 1), "a noun has one gender");
    }

    [Test]
    public void Block_OfTheFirstLanguage_AgreesEverywhere()
    {
        foreach (var block in Blocks(First, 400))
            foreach (var (at, fits) in SlowGrammar.Agreement([.. block.Words.Select(placed => placed.Word)]))
                Assert.That((fits, block.Words[at].Agrees), Is.EqualTo((fits is null ? (bool?)null : true, fits)));
    }

    [Test]
    public void BlockWithMisfits_LabelsExactlyWhatDoesNotFit_AboutHalfOfIt()
    {
        var (wrong, all) = (0, 0);
        for (var index = 0; index < 400; index++)
        {
            var block = First.BlockWithMisfits(index);
            var labelled = block.Words.Index().Where(item => item.Item.Controller is not null)
                .Select(item => (item.Index, item.Item.Agrees));
            Assert.That(labelled, Is.EqualTo(SlowGrammar.Agreement([.. block.Words.Select(placed => placed.Word)])));
            Assert.That(block.Words.Select(placed => placed.Word.Tag),
                Is.EqualTo(First.Block(index).Words.Select(placed => placed.Word.Tag)), "misfits keep the tags");
            wrong += block.Words.Count(placed => placed.Agrees == false);
            all += block.Words.Count(placed => placed.Agrees is not null);
        }
        Assert.That((double)wrong / all, Is.EqualTo(0.5).Within(4 * 0.5 / Math.Sqrt(all)));
    }

    [Test]
    public void Block_HasOneTopicInAllItsWords_AndTheFourTopicsAreEquallyFrequent()
    {
        var blocks = Blocks(First, 1200).ToList();
        foreach (var block in blocks)
            Assert.That(block.Words.Select(placed => placed.Word.Topic).OfType<int>(), Is.All.EqualTo(block.Topic));
        var share = 1.0 / SyntheticLexicon.Topics;
        foreach (var count in blocks.CountBy(block => block.Topic).ToDictionary().Values)
            Assert.That((double)count / blocks.Count, Is.EqualTo(share).Within(4 * Math.Sqrt(share * (1 - share) / blocks.Count)));
    }

    [TestCase(0)]
    [TestCase(2)]
    public void Block_ChoosesWordsOfOneTopicByZipfsLaw_ShiftedByTheRotation(int rotation)
    {
        var language = new SyntheticLanguage(new SyntheticLanguageOptions { RankRotation = rotation });
        var nouns = Blocks(language, 1500).SelectMany(block => block.Words).Where(placed => placed.Word.Tag == SyntheticTag.Noun).ToList();
        var counts = nouns.CountBy(placed => placed.Word.Stem).ToDictionary();
        var total = Enumerable.Range(1, 5).Sum(rank => 1.0 / rank);
        for (var rank = 1; rank <= 5; rank++)
        {
            var expected = 1.0 / rank / total;
            Assert.That((double)counts[(rank - 1 + rotation) % 5] / nouns.Count,
                Is.EqualTo(expected).Within(5 * Math.Sqrt(expected * (1 - expected) / nouns.Count)), $"rank {rank}");
        }
    }

    [Test]
    public void Block_HasTheSharesOfTheGrammar()
    {
        var words = Blocks(First, 1500).SelectMany(block => block.Words).Select(placed => placed.Word).ToList();
        double Count(SyntheticTag tag) => words.Count(word => word.Tag == tag);
        var heads = Count(SyntheticTag.Noun) + Count(SyntheticTag.Pronoun);
        Assert.That(Count(SyntheticTag.Pronoun) / heads, Is.EqualTo(0.15).Within(0.02));
        Assert.That(Count(SyntheticTag.Adjective) / Count(SyntheticTag.Noun), Is.EqualTo(0.4).Within(0.03));
        Assert.That(Count(SyntheticTag.Adverb) / Count(SyntheticTag.Verb), Is.EqualTo(0.3).Within(0.03));
        Assert.That(Count(SyntheticTag.Adposition) / Count(SyntheticTag.Verb), Is.EqualTo(0.35).Within(0.04));
        Assert.That(words.Count(word => word.TakesObject == true) / Count(SyntheticTag.Verb), Is.EqualTo(0.6).Within(0.04));
    }

    [TestCase(false, false, false, false, "daNWVdaNPdaN.")]
    [TestCase(true, false, false, false, "daNWdaNVPdaN.")]
    [TestCase(false, true, false, false, "dNaWVdNaPdNa.")]
    [TestCase(false, false, true, false, "daNWVdaNdaNP.")]
    [TestCase(false, false, false, true, "aNdWVaNdPaNd.")]
    [TestCase(true, true, true, true, "NadWNadVNadP.")]
    public void Linearization_OfAFullSentence_FollowsTheSwitches(bool sov, bool adjective, bool post, bool determiner, string expected)
    {
        var order = new WordOrder
        {
            ObjectBeforeVerb = sov, AdjectiveAfterNoun = adjective, Postpositions = post, DeterminerAfterNoun = determiner,
        };
        var phrase = new NounPhrase(Any(SyntheticTag.Noun), Any(SyntheticTag.Determiner), Any(SyntheticTag.Adjective));
        var sentence = new SyntheticSentence(phrase, Any(SyntheticTag.Adverb), Any(SyntheticTag.Verb), phrase, Any(SyntheticTag.Adposition),
            phrase, Any(SyntheticTag.Punctuation));
        var placed = new List<PlacedWord>();
        Linearization.Add(sentence, order, placed);
        Assert.That(string.Concat(placed.Select(word => Letter(word.Word.Tag))), Is.EqualTo(expected));
        foreach (var (at, word) in placed.Index().Where(item => item.Item.Controller is not null))
            Assert.That(placed[word.Controller!.Value].Word.Tag, Is.EqualTo(SyntheticTag.Noun), $"word {at}");
        Assert.That(placed.Single(word => word.Word.Tag == SyntheticTag.Verb).Controller, Is.EqualTo(expected.IndexOf('N')));
    }

    [Test]
    public void Block_OfAnotherOrder_HasTheSentencesOfTheFirst()
    {
        var other = new SyntheticLanguage(new SyntheticLanguageOptions
        {
            BlockWords = 400,
            Order = new WordOrder { ObjectBeforeVerb = true, AdjectiveAfterNoun = true, Postpositions = true, DeterminerAfterNoun = true },
        });
        var first = new SyntheticLanguage(new SyntheticLanguageOptions { BlockWords = 400 });
        Assert.That(Sentences(other.Block(3)), Is.EqualTo(Sentences(first.Block(3))));

        static IEnumerable<string> Sentences(SyntheticBlock block)
        {
            var sentence = new List<int>();
            foreach (var placed in block.Words)
            {
                sentence.Add(placed.Word.Index);
                if (placed.Word.Tag != SyntheticTag.Punctuation) continue;
                yield return string.Join(' ', sentence.Order());
                sentence.Clear();
            }
        }
    }

    [Test]
    public void AtDistance_TurnsThatManySwitches_AndRotatesRanksAboveZero()
    {
        for (var seed = 0; seed < 20; seed++)
            for (var distance = 0; distance <= 4; distance++)
            {
                var options = SyntheticLanguage.AtDistance(distance, seed).Options;
                Assert.That(options.Order.Distance(new WordOrder()), Is.EqualTo(distance));
                Assert.That(options.RankRotation, distance == 0 ? Is.Zero : Is.InRange(1, 2));
            }
        var orders = Enumerable.Range(0, 60).Select(seed => SyntheticLanguage.AtDistance(1, seed).Options.Order).Distinct();
        Assert.That(orders.Count(), Is.EqualTo(4), "every switch is drawn some time");
        Assert.That(() => SyntheticLanguage.AtDistance(5, 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Tokenizer_OfAnotherSeed_SharesNoWord()
    {
        var other = SyntheticLanguage.AtDistance(0, 2);
        var words = Words(First);
        Assert.That(words, Has.Count.EqualTo(128).And.Unique);
        Assert.That(words.Intersect(Words(other)), Is.Empty);
        Assert.That(First.Tokenizer.VocabularySize, Is.EqualTo(131));
        Assert.That(First.Tokenizer.EncodeToIds(First.Text(First.Block(7))), Has.Count.EqualTo(23).And.All.GreaterThan(2));

        static List<string> Words(SyntheticLanguage language) => [.. SyntheticLexicon.Words.Select(language.Spelling)];
    }

    [Test]
    public void Halves_SayWhetherTheirTopicIsOne_HalfTheTime()
    {
        var same = 0;
        for (var index = 0; index < 1000; index++)
        {
            var (first, second) = First.Halves(index);
            Assert.That(first.Words.Count + second.Words.Count, Is.EqualTo(23));
            Assert.That(Topics(first), Is.All.EqualTo(first.Topic));
            Assert.That(Topics(second), Is.All.EqualTo(second.Topic));
            same += first.Topic == second.Topic ? 1 : 0;
        }
        Assert.That(same, Is.InRange(437, 563), "four standard errors around one half");

        static IEnumerable<int> Topics(SyntheticBlock block) => block.Words.Select(placed => placed.Word.Topic).OfType<int>();
    }

    [Test]
    public void Constructor_WithFaultyOptions_NamesAll() => Assert.That(
        Assert.Throws<ArgumentException>(() =>
            _ = new SyntheticLanguage(new SyntheticLanguageOptions { RankRotation = -1, BlockWords = 1 }))!.Message,
        Does.Contain("RankRotation is -1").And.Contain("BlockWords is 1"));

    private static SyntheticWord Any(SyntheticTag tag) => SyntheticLexicon.Words.First(word => word.Tag == tag);

    private static char Letter(SyntheticTag tag) => tag switch
    {
        SyntheticTag.Determiner => 'd',
        SyntheticTag.Adjective => 'a',
        SyntheticTag.Noun => 'N',
        SyntheticTag.Adverb => 'W',
        SyntheticTag.Verb => 'V',
        SyntheticTag.Adposition => 'P',
        _ => '.',
    };

    private static IEnumerable<SyntheticBlock> Blocks(SyntheticLanguage language, int count) =>
        Enumerable.Range(0, count).Select(index => language.Block(index));
}

using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.ConceptMixing;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Tests.Pipelines.ConceptMixing;

public class ProxyQuestionsTests
{
    private static readonly VocabularyTokenizer Bytes = VocabularyTokenizer.Bytes();

    [Test]
    public void Cloze_AsksForTheLastWord_AndLeavesOutWhatIsTooShortOrNoWord()
    {
        string[] paragraphs =
            ["the fox looked for the old bear.", "too short.", "the year of the great fire was 1666.", "the end \"was near!\""];
        var questions = ProxyQuestions.Of(paragraphs, [], Bytes, 24, new ProxyOptions { Questions = 10 }).Cloze;
        Assert.That(
            questions.Select(question => Bytes.Decode(question.Tokens.Skip(question.Word))), Is.EqualTo(new[] { " bear", " near" }));
        Assert.That(questions.Select(question => question.Tokens.Length), Is.All.LessThanOrEqualTo(24));
    }

    [Test]
    public void Choice_HasTheTrueContinuationFirst_AndThreeOthersOfTheSameLength()
    {
        int[] tokens = [.. Enumerable.Range(0, 200)];
        var questions = ProxyQuestions.Of([], tokens, Bytes, 10, new ProxyOptions { Questions = 5, ContinuationTokens = 4 }).Choice;
        Assert.That(questions, Has.Count.EqualTo(5));
        Assert.That(questions[2][0], Is.EqualTo(Enumerable.Range(20, 10)));
        foreach (var question in questions)
        {
            Assert.That(question.Select(row => row.Length), Is.EqualTo(new[] { 10, 10, 10, 10 }));
            Assert.That(question.Select(row => string.Join(",", row[..6])).Distinct().Count(), Is.EqualTo(1), "one context");
            Assert.That(question.Select(row => string.Join(",", row[6..])), Is.Unique);
        }
    }

    [Test]
    public void Ask_OfAModelThatKnowsNothing_IsNearChance_AndGivesTheSameTwice()
    {
        using var random = new TorchSharp.torch.Generator(5);
        using var model = new LanguageModel(
            new TransformerModel(TransformerConfig.Gpt2(Bytes.VocabularySize, 16, 1, 2, 10), random), Bytes);
        int[] tokens = [.. Enumerable.Range(0, 1000).Select(i => (i * 37 + i / 7) % 200)];
        var questions = ProxyQuestions.Of(["one two three four five six"], tokens, Bytes, 10, new ProxyOptions
        {
            Questions = 100, ContinuationTokens = 4,
        });
        var scores = questions.Ask(model);
        Assert.That((scores.ChoiceQuestions, scores.ClozeQuestions), Is.EqualTo((100, 1)));
        Assert.That(scores.Choice, Is.InRange(0.05, 0.5));
        Assert.That(questions.Ask(model), Is.EqualTo(scores));
    }
}

using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Reinforcement;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Reinforcement;

public sealed class GradedAnswersTests
{
    private readonly LanguageModelCatalog _catalog = new MLContext(1).LanguageModels();
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Answers_Greedily_AreTheGeneratorsAndGraded()
    {
        var answers = Answers(new AnswerOptions { MaxTokens = 5 });
        Assert.That(answers.Select(a => a.Answer), Is.EqualTo(answers.Select(a =>
            TextGenerator.Generate(_model, a.Prompt, new GenerateOptions { MaxTokens = 5 }))));
        Assert.That(answers.Select(a => a.IsRight),
            Is.EqualTo(answers.Select(a => a.Answer.Length == 1 && a.Reference.Contains(a.Answer[0]))));
        Assert.That(answers.Select(a => a.Reference), Is.EqualTo(new[] { "ab", "bc", "ab", "bc", "ab" }));
    }

    [Test]
    public void Answers_OfSeveralSamples_FollowEachOtherAndDoNotDependOnTheBatch([Values(1, 7, 64)] int batchRows)
    {
        var options = new AnswerOptions { MaxTokens = 4, Temperature = 1, Samples = 3, BatchRows = 2 };
        var answers = Answers(options);
        Assert.That(answers.Select(a => a.Prompt), Is.EqualTo(Prompts.SelectMany(prompt => Enumerable.Repeat(prompt, 3))));
        Assert.That(answers.Take(3).Select(a => a.Answer).Distinct().Count(), Is.GreaterThan(1));
        Assert.That(Answers(options with { BatchRows = batchRows }), Is.EqualTo(answers));
        Assert.That(Answers(options with { Seed = 2 }), Is.Not.EqualTo(answers));
    }

    [Test]
    public void Answers_ThatEndByThemselves_SaySoAndCountTheEnd()
    {
        var answers = Answers(new AnswerOptions { MaxTokens = 8, Temperature = 1, Samples = 40 });
        Assert.That(answers.Where(a => !a.HasEnded).Select(a => a.Tokens), Is.All.EqualTo(8));
        Assert.That(answers.Where(a => a.HasEnded && a.Tokens == 1).Select(a => a.Answer), Is.Not.Empty.And.All.Empty);
    }

    [Test]
    public void Answers_WithoutRoomForThem_SayWhatToChange()
    {
        Assert.That(() => Answers(new AnswerOptions { MaxTokens = 13 }), Throws.TypeOf<InvalidDataException>()
            .With.Message.EqualTo("Row 1 has a prompt of 5 tokens; there is room for 3. Lower MaxTokens, or set TruncateLongRows."));
        Assert.That(
            () => Answers(new AnswerOptions { MaxTokens = 16 }), Throws.ArgumentException.With.Message.Contains("at most 16 tokens"));
        Assert.That(() => Answers(new AnswerOptions { MaxTokens = 0, Samples = 0 }),
            Throws.ArgumentException.With.Message.Contains("MaxTokens is 0").And.Message.Contains("Samples is 0"));
    }

    [Test]
    public void Answers_OfDataWithoutTheColumn_NameIt()
    {
        var data = new MLContext(1).Data.LoadFromEnumerable([new { Question = "a" }]);
        Assert.That(() => _catalog.Answers(_model, data, new ToyReward(), new AnswerOptions { MaxTokens = 4 }).ToList(),
            Throws.ArgumentException.With.Message.Contains("Column 'Prompt' is missing").And.Message.Contains("'Question'"));
    }

    private static string[] Prompts => ["abcd", "bcd", "cd", "d", "abcd"];

    private List<GradedAnswer> Answers(AnswerOptions options) =>
        [.. _catalog.Answers(_model, BanditTask.Rows(5), new BanditTask.OneOf(), options)];
}

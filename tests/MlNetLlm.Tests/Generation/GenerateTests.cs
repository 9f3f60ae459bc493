using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.Generation;

public sealed class GenerateTests
{
    private static readonly string[] _prompts = ["abc", "hgfedcba", "a", "bb a", "abc"];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Transform_Greedy_EqualsTheGenerator()
    {
        var texts = Generated(new GenerationOptions { MaxTokens = 5 });
        var expected = _prompts.Select(p => TextGenerator.Generate(_model, p, new GenerateOptions { MaxTokens = 5 }));
        Assert.That(texts, Is.EqualTo(expected));
    }

    [Test]
    public void Transform_Sampled_DoesNotDependOnTheBatch()
    {
        var options = new GenerationOptions { MaxTokens = 6, Temperature = 1 };
        var together = Generated(options);
        Assert.That(Generated(options with { BatchRows = 1 }), Is.EqualTo(together));
        Assert.That(Generated(options with { BatchRows = 2 }), Is.EqualTo(together));
        Assert.That(together[4], Is.EqualTo(together[0]));
        Assert.That(Generated(options with { Seed = 2 }), Is.Not.EqualTo(together));
    }

    [Test]
    public void Transform_EndsBeforeAStopText()
    {
        var whole = Generated(new GenerationOptions { MaxTokens = 6 });
        var stop = whole[0][2..4];
        var stopped = Generated(new GenerationOptions { MaxTokens = 6, StopTexts = [stop] });
        Assert.That(stopped[0], Is.EqualTo(whole[0][..whole[0].IndexOf(stop, StringComparison.Ordinal)]));
        Assert.That(stopped, Has.All.Not.Contains(stop));
    }

    [Test]
    public void Transform_EndsAtTheFurtherEndTokensOfTheModel([Values] bool withEndToken)
    {
        var letter = $"{Generated(new GenerationOptions { MaxTokens = 6 })[0][2]}";
        var special = withEndToken ? _model.Special : _model.Special with { Eos = null };
        using var plain = new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer, special);
        using var ending = new LanguageModel(_model.Module.ShareWeights(), _model.Tokenizer, special)
        {
            Generation = new GenerateOptions { StopTokens = [_model.Tokenizer.EncodeToIds(letter)[0]] },
        };
        var whole = Generated(new GenerationOptions { MaxTokens = 6 }, plain);
        var ended = Generated(new GenerationOptions { MaxTokens = 6 }, ending);
        Assert.That(ended, Is.EqualTo(whole.Select(text => RowGenerator.Cut(text, [letter]))).And.Not.EqualTo(whole));
        Assert.That(
            _prompts.Select(prompt => TextGenerator.Generate(ending, prompt, new GenerateOptions { MaxTokens = 6 })), Is.EqualTo(ended));
    }

    [TestCase("one. two! three", "one")]
    [TestCase("! two", "")]
    [TestCase("nothing", "nothing")]
    [TestCase("", "")]
    public void Cut_EndsBeforeTheFirstStop(string text, string expected) =>
        Assert.That(RowGenerator.Cut(text, ["!", "."]), Is.EqualTo(expected));

    [Test]
    public void Transform_OfATooLongPrompt_KeepsItsEndAndCountsTheRest()
    {
        // Context 16, the begin token, room for 4 new tokens: the last 11 of 18.
        var data = Rows(["abcdefgh abcdefgh ", "abcdefgh abcdefgh "[^11..]]);
        var made = _ml.LanguageModels().Generate(_model, new GenerationOptions { MaxTokens = 4 }).Fit(data).Transform(data);
        var texts = made.GetColumn<string>("Generated").ToList();
        Assert.That(made.GetColumn<int>("CutTokens"), Is.EqualTo(new[] { 7, 0 }));
        Assert.That(texts[0], Is.EqualTo(texts[1]));
        Assert.That(texts[0], Has.Length.EqualTo(4));
    }

    [Test]
    public void Transform_AskedForMoreThanTheContext_KeepsHalfOfItForThePrompt()
    {
        var data = Rows(["abcdefgh abcdefgh "]);
        var made = _ml.LanguageModels().Generate(_model, new GenerationOptions { MaxTokens = 1000 }).Fit(data).Transform(data);
        Assert.That(made.GetColumn<int>("CutTokens").Single(), Is.EqualTo(11));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().Generate(
            _model, new GenerationOptions { MaxTokens = 0, Temperature = -1, TopP = 2, StopTexts = [""], BatchRows = 0 }));
        Assert.That(error!.Message, Does.Contain("MaxTokens is 0").And.Contain("Temperature is -1").And.Contain("TopP is 2")
            .And.Contain("StopTexts").And.Contain("BatchRows is 0"));
    }

    private IDataView Rows(IEnumerable<string> texts) => _ml.Data.LoadFromEnumerable(texts.Select(t => new Toy.Row { Text = t }).ToList());

    private IReadOnlyList<string> Generated(GenerationOptions options, LanguageModel? model = null)
    {
        var data = Rows(_prompts);
        return [.. _ml.LanguageModels().Generate(model ?? _model, options).Fit(data).Transform(data).GetColumn<string>("Generated")];
    }
}

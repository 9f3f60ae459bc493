using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tokenization;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.MultipleChoice;

public sealed class ScoreChoicesTests
{
    private static readonly ChoiceQuestion[] _questions =
    [
        new("abc", [" a", " bc", " defg"]),
        new("hgfedcba", [" a", " b"]),
        new("a", ["b", "cd ef"]),
        new("abcdefgh abcdefgh abcdefgh", [" a", " bcd"]),          // longer than the context of 16
        new("ab ", ["cd", "ef"]),                                   // the prompt's space goes to the continuation
        new("ab", [" cd", " cd"]),
    ];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Score_EqualsTheDefinitionTokenByToken([Values(false, true)] bool begin)
    {
        using var model = begin ? Toy.Model() : WithoutBegin();
        var actual = ChoiceScorer.Score(model, _questions, 8192);
        for (var q = 0; q < _questions.Length; q++)
        {
            var expected = _questions[q].Continuations.Select(c => Slow(model, _questions[q].Prompt, c)).ToArray();
            Assert.That(actual[q].LogLikelihoods, Is.EqualTo(expected).Within(1e-4), $"question {q}");
        }
    }

    [Test]
    public void Score_InOneBatch_EqualsOneByOne()
    {
        var together = ChoiceScorer.Score(_model, _questions, 8192);
        for (var q = 0; q < _questions.Length; q++)
        {
            var alone = ChoiceScorer.Score(_model, [_questions[q]], 1)[0];
            Assert.That(together[q].LogLikelihoods, Is.EqualTo(alone.LogLikelihoods).Within(1e-4), $"question {q}");
            Assert.That(together[q].CutTokens, Is.EqualTo(alone.CutTokens));
        }
    }

    [Test]
    public void Score_OfATooLongPrompt_CountsWhatWasCut() =>
        // Begin token, 26 of the prompt and 4 of the longer choice, of which the last is only predicted: 30 − 16.
        Assert.That(ChoiceScorer.Score(_model, _questions, 8192).Select(r => r.CutTokens), Is.EqualTo(new[] { 0, 0, 0, 14, 0, 0 }));

    [Test]
    public void Transform_IsReadByEvaluateAsItIs([Values] ChoiceNormalization normalization)
    {
        var data = Data(_questions.Select((question, i) => (question, Label: (uint)(i % 2))));
        var options = new ScoreChoicesOptions { Normalization = normalization };
        var scored = _ml.LanguageModels().ScoreChoices(_model, options).Fit(data).Transform(data);
        var metrics = _ml.MulticlassClassification.Evaluate(scored);
        var right = _questions.Where((question, i) => ChoiceMath.Best(ChoiceMath.Normalised(
            [.. question.Continuations.Select(c => Slow(_model, question.Prompt, c))],
            question.Continuations, normalization)) == i % 2).Count();
        Assert.That(metrics.MicroAccuracy, Is.EqualTo(right / 6.0).Within(1e-12));
        Assert.That(metrics.LogLoss, Is.GreaterThan(0).And.LessThan(35));
    }

    [Test]
    public void Transform_GivesProbabilitiesOfTheLabelsSize()
    {
        var data = Data(_questions.Select(question => (question, 0u)));
        var scored = _ml.LanguageModels().ScoreChoices(_model).Fit(data).Transform(data);
        Assert.That(((VectorDataViewType)scored.Schema["Score"].Type).Size, Is.EqualTo(3));
        var scores = scored.GetColumn<float[]>("Score").ToList();
        var predicted = scored.GetColumn<uint>("PredictedLabel").ToList();
        for (var q = 0; q < _questions.Length; q++)
        {
            Assert.That(scores[q], Has.Length.EqualTo(3));
            Assert.That(scores[q].Sum(), Is.EqualTo(1).Within(1e-5));
            Assert.That(scores[q].Skip(_questions[q].Continuations.Count), Is.All.Zero);
            Assert.That(predicted[q], Is.EqualTo(1 + Array.IndexOf(scores[q], scores[q].Max())));
        }
    }

    [Test]
    public void Transform_OfTooManyChoices_SaysWhatToSet()
    {
        var data = Data([(_questions[0], 0u)]);
        var scored = _ml.LanguageModels().ScoreChoices(_model, new ScoreChoicesOptions { Choices = 2 }).Fit(data).Transform(data);
        var error = Assert.Catch(() => _ = scored.GetColumn<float[]>("Score").ToList());
        Assert.That(error!.Message, Does.Contain("3 choices, expected 1 to 2").And.Contain("Choices"));
    }

    [Test]
    public void Fit_WithoutLabelOrNumberOfChoices_NamesBoth()
    {
        var data = _ml.Data.LoadFromEnumerable([new { Prompt = "a", Continuations = new[] { "b", "c" } }]);
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().ScoreChoices(_model).Fit(data));
        Assert.That(error!.Message, Does.Contain("'Label' is missing").And.Contain("Choices"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().ScoreChoices(
            _model, new ScoreChoicesOptions { Choices = 1, BatchTokens = 0, PromptColumn = "" }));
        Assert.That(error!.Message, Does.Contain("Choices is 1").And.Contain("BatchTokens is 0").And.Contain("PromptColumn is empty"));
    }

    [Test]
    public void Create_WithABidirectionalModel_Refuses()
    {
        using var roberta = new LanguageModel(ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().ScoreChoices(roberta));
        Assert.That(error!.Message, Does.Contain("causal").And.Contain("roberta"));
    }

    private LanguageModel WithoutBegin() =>
        new(ToyModels.Create(ToyModels.Llama with { VocabularySize = 12 }), _model.Tokenizer, SpecialTokens.None);

    private IDataView Data(IEnumerable<(ChoiceQuestion Question, uint Label)> rows)
    {
        var schema = SchemaDefinition.Create(typeof(Row));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 3);
        var made = rows.Select(r => new Row
        {
            Prompt = r.Question.Prompt, Continuations = [.. r.Question.Continuations], Label = r.Label,
        });
        return _ml.Data.LoadFromEnumerable(made.ToList(), schema);
    }

    /// <summary>Σ log p of the continuation's tokens, each from a pass of its own over all that stands before it.</summary>
    private static double Slow(LanguageModel model, string prompt, string continuation)
    {
        var context = prompt.TrimEnd();
        var whole = model.Tokenizer.EncodeToIds(prompt + continuation).ToList();
        var from = model.Tokenizer.EncodeToIds(context).Count;
        if (model.Special.Bos is { } bos)
        {
            whole.Insert(0, bos);
            from++;
        }
        // What the model cannot see is cut so that the last token has a full context before it, as the harness does.
        var cut = Math.Max(0, whole.Count - 1 - model.Config.ContextLength);
        var sum = 0.0;
        for (var at = from; at < whole.Count; at++)
        {
            using var scope = NewDisposeScope();
            using var quiet = no_grad();
            var before = whole.GetRange(cut, at - cut).Select(id => (long)id).ToArray();
            var logits = model.Module.call(tensor(before, [1, before.Length]));
            sum += nn.functional.log_softmax(logits[0, before.Length - 1], 0)[whole[at]].item<float>();
        }
        return sum;
    }

    private sealed class Row
    {
        public string Prompt { get; set; } = "";

        public string[] Continuations { get; set; } = [];

        public uint Label { get; set; }
    }
}

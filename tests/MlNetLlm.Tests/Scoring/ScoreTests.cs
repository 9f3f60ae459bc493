using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Scoring;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Scoring;

public sealed class ScoreTests
{
    public sealed class Pair
    {
        public string Text { get; set; } = "";

        public string Answer { get; set; } = "";
    }

    public sealed class Scored
    {
        public double NegativeLogLikelihood { get; set; }

        public int Tokens { get; set; }

        public int Bytes { get; set; }
    }

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Score_OfAText_IsTheSumOverItsTokens()
    {
        const string text = "abcab";
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        long[] ids = [1, .. _model.Tokenizer.EncodeToIds(text).Select(id => (long)id)];
        var logits = _model.Module.forward(tensor(ids).unsqueeze(0))[0];                           // (time, vocabulary)
        var logProbabilities = nn.functional.log_softmax(logits, -1);
        var expected = -Enumerable.Range(0, text.Length).Sum(t => (double)logProbabilities[t, ids[t + 1]].item<float>());

        var score = Score(_model, text).Single();
        Assert.That(score.NegativeLogLikelihood, Is.EqualTo(expected).Within(1e-4));
        Assert.That((score.Tokens, score.Bytes), Is.EqualTo((5, 5)));
    }

    [Test]
    public void Score_OfManyRows_EqualsOneByOne()
    {
        string[] texts = ["abc", "", "hgfedcba", "a", "dd  dd", "ab"];
        var together = Score(_model, texts);
        var alone = texts.SelectMany(t => Score(_model, t)).ToList();
        Assert.That(together.Zip(alone, (a, b) => Math.Abs(a.NegativeLogLikelihood - b.NegativeLogLikelihood)).Max(), Is.LessThan(1e-4));
        Assert.That(together.Select(s => s.Tokens), Is.EqualTo(texts.Select(t => t.Length)));
    }

    [Test]
    public void Score_OfATextLongerThanTheContext_CountsEveryTokenOnce()
    {
        var text = string.Concat(Enumerable.Repeat("abcdefgh ", 5));                               // 45 tokens, context 16
        var score = Score(_model, text).Single();
        Assert.That(score.Tokens, Is.EqualTo(45));
        Assert.That(score.NegativeLogLikelihood, Is.GreaterThan(0));
    }

    [Test]
    public void Score_OfPromptAndCompletion_IsTheDifferenceOfTheTexts()
    {
        // Without an end token in reach: −ln p(completion | prompt) = nll(prompt + completion) − nll(prompt), and the end token's own
        // share.
        var pair = _ml.Data.LoadFromEnumerable([new Pair { Text = "abc", Answer = "de" }]);
        var options = new ScoreOptions { CompletionColumn = "Answer" };
        var score = _ml.LanguageModels().Scores(_ml.LanguageModels().Score(_model, options).Fit(pair).Transform(pair)).Single();
        var whole = Score(_model, "abcde").Single().NegativeLogLikelihood - Score(_model, "abc").Single().NegativeLogLikelihood;
        Assert.That(score.Tokens, Is.EqualTo(3));                                                   // d, e and the end token
        Assert.That(score.NegativeLogLikelihood, Is.GreaterThan(whole));
        Assert.That(score.Bytes, Is.EqualTo(2));
    }

    [Test]
    public void Score_OfACompletionBeyondTheContext_NamesBothLengths()
    {
        var pair = _ml.Data.LoadFromEnumerable([new Pair { Text = "abcdefgh abcdefgh", Answer = "de" }]);
        var transformer = _ml.LanguageModels().Score(_model, new ScoreOptions { CompletionColumn = "Answer" }).Fit(pair);
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().Scores(transformer.Transform(pair)));
        Assert.That(error!.Message, Does.Contain("context is 16"));
    }

    [Test]
    public void Score_InAPredictionEngine_EqualsTheBatch()
    {
        var rows = Rows("abc", "hh a");
        var transformer = _ml.LanguageModels().Score(_model).Fit(rows);
        var batch = _ml.LanguageModels().Scores(transformer.Transform(rows));
        using var engine = _ml.Model.CreatePredictionEngine<Toy.Row, Scored>(transformer, rows.Schema);
        foreach (var (text, expected) in new[] { "abc", "hh a" }.Zip(batch))
        {
            var scored = engine.Predict(new Toy.Row { Text = text });
            Assert.That(scored.NegativeLogLikelihood, Is.EqualTo(expected.NegativeLogLikelihood).Within(1e-4));
            Assert.That(scored.Tokens, Is.EqualTo(expected.Tokens));
        }
    }

    [Test]
    public void Create_WithABidirectionalModel_Refuses()
    {
        using var roberta = new LanguageModel(ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        Assert.That(() => _ml.LanguageModels().Score(roberta),
            Throws.ArgumentException.With.Message.StartsWith("Score needs a causal model; 'roberta' looks at later tokens too."));
        Assert.That(() => new ScoreTransformer(roberta, new ScoreOptions()),
            Throws.ArgumentException.With.Message.StartsWith("Score needs a causal model"));
    }

    [Test]
    public void Fit_WithoutAModelBefore_SaysWhatToDo()
    {
        var error = Assert.Throws<InvalidOperationException>(() => _ml.LanguageModels().Score().Fit(Rows("a")));
        Assert.That(error!.Message, Does.Contain("fine-tuning").And.Contain("pass the model"));
    }

    [Test]
    public void GetOutputSchema_PromisesWhatTransformDelivers([Values] bool completion)
    {
        var rows = _ml.Data.LoadFromEnumerable([new Pair { Text = "abc", Answer = "de" }]);
        var estimator = _ml.LanguageModels().Score(_model, new ScoreOptions { CompletionColumn = completion ? "Answer" : null });
        var promised = estimator.GetOutputSchema(MlNetLlm.Data.SchemaShapes.Of(rows.Schema)).Select(c => (c.Name, $"{c.ItemType}"));
        Assert.That(promised, Is.EquivalentTo(estimator.Fit(rows).Transform(rows).Schema.Select(c => (c.Name, $"{c.Type}"))));
    }

    [Test]
    public void Save_OfACompletionScorer_LoadsAndScoresTheSame()
    {
        var rows = _ml.Data.LoadFromEnumerable([new Pair { Text = "abc", Answer = "de" }, new Pair { Text = "h", Answer = "gf" }]);
        var transformer = _ml.LanguageModels().Score(_model, new ScoreOptions { CompletionColumn = "Answer" }).Fit(rows);
        using var file = new MemoryStream();
        _ml.Model.Save(transformer, rows.Schema, file);
        file.Position = 0;
        var loaded = _ml.Model.Load(file, out _);
        var (expected, actual) =
            (_ml.LanguageModels().Scores(transformer.Transform(rows)), _ml.LanguageModels().Scores(loaded.Transform(rows)));
        Assert.That(actual.Zip(expected, (a, b) => Math.Abs(a.NegativeLogLikelihood - b.NegativeLogLikelihood)).Max(), Is.LessThan(1e-4));
    }

    [Test]
    public void Transform_ReadOnlyForItsInput_ComputesNothing()
    {
        var rows = Rows("abc");
        var view = _ml.LanguageModels().Score(_model).Fit(rows).Transform(rows);
        using var cursor = view.GetRowCursor([view.Schema["Text"]]);
        Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(cursor.IsColumnActive(view.Schema[ScoreColumns.Tokens]), Is.False);
        Assert.Throws(Is.InstanceOf<Exception>(), () => cursor.GetGetter<int>(view.Schema[ScoreColumns.Tokens]));
    }

    [Test]
    public void Evaluate_WithoutScores_NamesTheColumn()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().Evaluate(Rows("a")));
        Assert.That(error!.Message, Does.Contain("NegativeLogLikelihood"));
    }

    private IDataView Rows(params string[] texts) => _ml.Data.LoadFromEnumerable(texts.Select(t => new Toy.Row { Text = t }).ToList());

    private IReadOnlyList<TextScore> Score(LanguageModel model, params string[] texts)
    {
        var rows = Rows(texts);
        return _ml.LanguageModels().Scores(_ml.LanguageModels().Score(model).Fit(rows).Transform(rows));
    }
}

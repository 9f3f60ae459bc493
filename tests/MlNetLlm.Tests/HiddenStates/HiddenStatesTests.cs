using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.HiddenStates;

public sealed class HiddenStatesTests
{
    private const int Width = 8;
    private static readonly string[] _texts = ["abc", "hgfedcba h", "a", "bb a"];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Read_PoolsTheStatesOfTheLayer([Values(0, 1, 2, null)] int? layer)
    {
        foreach (var text in _texts)
        {
            var states = States(_model, text, layer);      // begin token first
            var own = states[1..];
            Assert.That(Read(text, layer, HiddenStatePooling.Last), Is.EqualTo(states[^1]).Within(1e-4f));
            Assert.That(Read(text, layer, HiddenStatePooling.First), Is.EqualTo(states[0]).Within(1e-4f));
            Assert.That(Read(text, layer, HiddenStatePooling.All), Is.EqualTo(own.SelectMany(s => s)).Within(1e-4f));
            Assert.That(
                Read(text, layer, HiddenStatePooling.Mean),
                Is.EqualTo(Enumerable.Range(0, Width).Select(i => own.Average(s => s[i]))).Within(1e-4f));
            Assert.That(Read(text, layer, HiddenStatePooling.Positions, 0, -1), Is.EqualTo(own[0].Concat(own[^1])).Within(1e-4f));
        }
    }

    [Test]
    public void Read_InOneBatch_EqualsOneByOne([Values] HiddenStatePooling pooling, [Values(1, 20, 4096)] int batchTokens)
    {
        var options = Options(1, pooling, pooling == HiddenStatePooling.Positions ? [-1] : []) with { BatchTokens = batchTokens };
        var together = HiddenStateReader.Read(_model, _texts, options);
        for (var i = 0; i < _texts.Length; i++)
            Assert.That(together[i], Is.EqualTo(HiddenStateReader.Read(_model, [_texts[i]], options)[0]).Within(1e-5f));
    }

    [Test]
    public void Read_OfABidirectionalModel_DoesNotSeePadding()
    {
        using var roberta = new LanguageModel(
            ToyModels.Create(ToyModels.Roberta with { VocabularySize = 12 }), _model.Tokenizer);
        var options = new HiddenStatesOptions { Pooling = HiddenStatePooling.Mean };
        var together = HiddenStateReader.Read(roberta, _texts, options);
        for (var i = 0; i < _texts.Length; i++)
            Assert.That(together[i], Is.EqualTo(HiddenStateReader.Read(roberta, [_texts[i]], options)[0]).Within(1e-4f));
    }

    [Test]
    public void Read_OfALongText_GoesWindowByWindow()
    {
        // Context 16: begin token and 15 letters a window.
        var (first, second) = ("abcdefgh abcdef", "gh ab");
        var all = States(_model, first, 1)[1..].Concat(States(_model, second, 1)[1..]).ToList();
        Assert.That(Read(first + second, 1, HiddenStatePooling.All), Is.EqualTo(all.SelectMany(s => s)).Within(1e-4f));
        Assert.That(Read(first + second, 1, HiddenStatePooling.Last), Is.EqualTo(all[^1]).Within(1e-4f));
        Assert.That(Read(first + second, 1, HiddenStatePooling.First), Is.EqualTo(States(_model, first, 1)[0]).Within(1e-4f));
        Assert.That(Read(first + second, 1, HiddenStatePooling.Positions, 14, 15), Is.EqualTo(all[14].Concat(all[15])).Within(1e-4f));
        Assert.That(
            Read(first + second, 1, HiddenStatePooling.Mean),
            Is.EqualTo(Enumerable.Range(0, Width).Select(i => all.Average(s => s[i]))).Within(1e-4f));
    }

    [Test]
    public void Read_OfALongText_WhereRefused_NamesBothLengths()
    {
        var options = new HiddenStatesOptions { LongTexts = LongTexts.Refuse };
        var error = Assert.Throws<ArgumentException>(() => HiddenStateReader.Read(_model, ["abcdefgh abcdefgh"], options));
        Assert.That(error!.Message, Does.Contain("18 tokens").And.Contain("16").And.Contain("LongTexts"));
    }

    [Test]
    public void Read_OfTooShortATextForAPosition_NamesIt()
    {
        var error = Assert.Throws<ArgumentException>(() => Read("abc", 1, HiddenStatePooling.Positions, 3));
        Assert.That(error!.Message, Does.Contain("3 tokens").And.Contain("token 3").And.Contain("'abc'"));
    }

    [Test]
    public void Read_OfAnEmptyText_IsTheBeginToken() =>
        Assert.That(Read("", 1, HiddenStatePooling.Mean), Is.EqualTo(Read("", 1, HiddenStatePooling.First)).Within(1e-6f));

    [Test]
    public void Read_OfALowerLayer_ComputesNoHigherOne()
    {
        using var broken = new LanguageModel(_model.Module.CopyWeights(), _model.Tokenizer, _model.Special);
        using (no_grad())
            foreach (var projection in broken.Module.Projections.Where(p => p.Layer == 1)) projection.Weight.fill_(float.NaN);
        Assert.That(HiddenStateReader.Read(broken, ["abc"], Options(1, HiddenStatePooling.Last))[0], Is.All.Not.NaN);
        var error = Assert.Throws<InvalidOperationException>(
            () => HiddenStateReader.Read(broken, ["abc"], Options(2, HiddenStatePooling.Last)));
        Assert.That(error!.Message, Does.Contain("NaN"));
    }

    [Test]
    public void Transform_FeedsATrainer()
    {
        // ML.NET's own components take the column as it is: a normaliser needs a vector of known size.
        var data = Toy.Rows(_ml);
        var chain = _ml.LanguageModels().HiddenStates(_model, layer: 1).Append(_ml.Transforms.NormalizeMinMax("Features"));
        var features = chain.Fit(data).Transform(data).GetColumn<float[]>("Features").ToList();
        Assert.That(features, Has.All.Length.EqualTo(Width));
        Assert.That(features.SelectMany(f => f).Max(), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Create_WithALayerTheModelLacks_NamesItsLayers()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().HiddenStates(_model, layer: 3));
        Assert.That(error!.Message, Does.Contain("Layer is 3").And.Contain("2 layers"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => _ml.LanguageModels().HiddenStates(
            _model, new HiddenStatesOptions { Layer = -1, BatchTokens = 0, Pooling = HiddenStatePooling.Positions }));
        Assert.That(error!.Message, Does.Contain("Layer is -1").And.Contain("BatchTokens is 0").And.Contain("Positions is empty"));
    }

    private static HiddenStatesOptions Options(int? layer, HiddenStatePooling pooling, params int[] positions) =>
        new() { Layer = layer, Pooling = pooling, Positions = positions };

    private float[] Read(string text, int? layer, HiddenStatePooling pooling, params int[] positions) =>
        HiddenStateReader.Read(_model, [text], Options(layer, pooling, positions))[0];

    // Every layer is computed and one of them kept, by its name.
    private static float[][] States(LanguageModel model, string text, int? layer)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var name = layer is null ? "final" : layer == 0 ? "embeddings" : $"layers.{layer - 1}";
        long[] ids = [model.Special.Bos!.Value, .. model.Tokenizer.EncodeToIds(text)];
        using var kept = new Activations(name);
        model.Module.Hidden(tensor(ids, [1, ids.Length]), new ForwardOptions { Activations = kept });
        return [.. ToyModels.Values(kept[name]).Chunk(Width)];
    }
}

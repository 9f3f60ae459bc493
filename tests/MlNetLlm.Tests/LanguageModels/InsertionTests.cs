using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>Where inserted elements are made, who sees them, and where predictions are read.</summary>
public sealed class InsertionTests
{
    private const float Tolerance = 1e-5f;   // the same sums in another order
    private const int Time = 6;

    private static readonly TransformerConfig _deep = ToyModels.Gpt2 with
    {
        Layers = 3, Insertion = new() { Layer = 1, Concepts = 20, TopConcepts = 4 },
    };

    /// <summary>A token reaches no earlier place of either kind, and its own two and all later ones.</summary>
    [Test]
    public void Hidden_OfAChangedToken_ChangesItsOwnSlotsAndLaterOnesAlone([Values] bool rotary)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(rotary ? ToyModels.Llama with { Layers = 3, Insertion = _deep.Insertion } : _deep);
        var tokens = ToyModels.Tokens(1, Time);
        var changed = tokens.clone();
        changed[0, 3] = (tokens[0, 3] + 1).remainder(11);
        using Activations before = new("layers.1"), after = new("layers.1");
        var first = model.Head(model.Hidden(tokens, new ForwardOptions { Activations = before }));
        var second = model.Head(model.Hidden(changed, new ForwardOptions { Activations = after }));
        Assert.That(Moved(before["layers.1"], after["layers.1"]), Is.EqualTo(Enumerable.Range(0, 2 * Time).Select(place => place >= 6)));
        Assert.That(Moved(first, second), Is.EqualTo(Enumerable.Range(0, Time).Select(place => place >= 3)));
    }

    /// <summary>ĉ₃ is seen by itself and by what follows: not by h₃, which stands before it.</summary>
    [Test]
    public void Hidden_OfAChangedElement_ChangesItsPlaceAndLaterOnesAlone()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(_deep);
        var tokens = ToyModels.Tokens(1, Time);
        using Activations before = new("layers.1"), after = new("layers.1");
        var first = model.Hidden(tokens, new ForwardOptions { Activations = before });
        var second = model.Hidden(tokens, new ForwardOptions { Activations = after, Edit = (name, value) => name == "insertion"
            ? value + (arange(Time) == 3).to(ScalarType.Float32).view(1, Time, 1) * arange(8, ScalarType.Float32) : value });
        Assert.That(Moved(before["layers.1"], after["layers.1"]), Is.EqualTo(Enumerable.Range(0, 2 * Time).Select(place => place >= 7)));
        Assert.That(Moved(first, second), Is.EqualTo(Enumerable.Range(0, Time).Select(place => place >= 3)));
    }

    /// <summary>The element before block p is made of what the block before it gives, and of the embeddings for p = 0.</summary>
    [Test]
    public void Hidden_MakesElementsOfTheStateBeforeBlockP([Values(0, 1, 2)] int p)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ToyModels.Create(_deep with { Insertion = _deep.Insertion! with { Layer = p } });
        var before = p == 0 ? "embeddings" : $"layers.{p - 1}";
        using var kept = new Activations(before, "insertion", "layers.0.attention");
        model.Hidden(ToyModels.Tokens(2, Time), new ForwardOptions { Activations = kept });
        using var block = Block(model);
        Assert.That(kept[before].size(1), Is.EqualTo(Time));
        Assert.That(ToyModels.LargestDifference(block.Forward(kept[before], null).Concept!, kept["insertion"]), Is.LessThan(Tolerance));
        Assert.That(kept["layers.0.attention"].size(1), Is.EqualTo(p == 0 ? 2 * Time : Time));
    }

    /// <summary>A block that is not the last computes both elements of a token, the last the inserted one: it gives the same.</summary>
    [TestCaseSource(nameof(Interleaving))]
    public void Hidden_OfTheLastBlock_IsWhatTheWholeBlockGives(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ToyModels.Create(config);
        using var longer = new TransformerModel(config with { Layers = config.Layers + 1 });
        var weights = model.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        foreach (var (name, parameter) in longer.named_parameters())
            if (weights.TryGetValue(name, out var weight)) parameter.copy_(weight);
        longer.eval();
        using var kept = new Activations($"layers.{config.Layers - 1}");
        var tokens = ToyModels.Tokens(2, Time);
        var options = new ForwardOptions { Layers = config.Layers };
        var whole = longer.Hidden(tokens, options with { Activations = kept });
        Assert.That(kept[$"layers.{config.Layers - 1}"].size(1), Is.EqualTo(2 * Time));
        Assert.That(ToyModels.LargestDifference(model.Hidden(tokens, options), whole), Is.LessThan(Tolerance));
    }

    /// <summary>Adding is h + ĉ: the plain model with its state changed by the block's output.</summary>
    [Test]
    public void Hidden_WithAddedConcepts_IsThePlainModelsWithTheConceptAdded()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ToyModels.Create(_deep with { Insertion = _deep.Insertion! with { Mixing = InsertionMixing.Add } });
        using var plain = Plain(model);
        using var block = Block(model);
        var tokens = ToyModels.Tokens(2, Time);
        var expected = plain.Hidden(tokens, new ForwardOptions
        {
            Edit = (name, value) => name == "layers.0" ? value + block.Forward(value, null).Concept! : value,
        });
        Assert.That(ToyModels.LargestDifference(model.Hidden(tokens), expected), Is.LessThan(Tolerance));
    }

    [Test]
    public void Hidden_WithPredictionAlone_IsThePlainModels()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(_deep with { Insertion = _deep.Insertion! with { Mixing = InsertionMixing.None } });
        using var plain = Plain(model);
        var tokens = ToyModels.Tokens(2, Time);
        var targets = new InsertionTargets { Labels = [.. Enumerable.Range(0, 2 * Time)] };
        var hidden = model.Hidden(tokens, new ForwardOptions { Targets = targets });
        Assert.That(ToyModels.Values(hidden), Is.EqualTo(ToyModels.Values(plain.Hidden(tokens))));
        Assert.That(targets.Loss!.ToDouble() / (2 * Time), Is.GreaterThan(0));
        Assert.That(model.named_parameters().Select(item => item.name), Has.None.EqualTo("insertion.columns"));
    }

    /// <summary>With W_c, b_c and β 0 the mean of the hidden state is inserted, which is no pause and not nothing.</summary>
    [Test]
    public void Hidden_WithEmptyColumns_GoesOnWithTheMean()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = ToyModels.Create(_deep);
        foreach (var (name, parameter) in model.named_parameters())
            if (name is "insertion.columns" or "insertion.column_bias" or "insertion.shift") parameter.zero_();
        using var pause = ToyModels.Create(_deep with { Insertion = new() { Layer = 1, Element = InsertedElement.Pause } });
        var own = model.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        foreach (var (name, parameter) in pause.named_parameters())
            if (own.TryGetValue(name, out var weight)) parameter.copy_(weight);
        using var kept = new Activations("layers.0");
        var tokens = ToyModels.Tokens(2, Time);
        var hidden = model.Hidden(tokens, new ForwardOptions { Activations = kept });
        var mean = pause.Hidden(tokens, new ForwardOptions
        {
            Edit = (name, value) => name == "insertion" ? kept["layers.0"].mean([2L], keepdim: true).expand(value.shape) : value,
        });
        Assert.That(ToyModels.LargestDifference(hidden, mean), Is.LessThan(Tolerance));
        Assert.That(ToyModels.LargestDifference(hidden, pause.Hidden(tokens)), Is.GreaterThan(1e-3));
    }

    /// <summary>Both elements of a pair turn by their token's angle.</summary>
    [Test]
    public void Doubled_RepeatsEveryAngle([Values] bool ragged)
    {
        using var scope = NewDisposeScope();
        long[] shape = ragged ? [2, 3, 1, 4] : [3, 1, 4];
        var (cos, sin) = (arange(ragged ? 24 : 12, ScalarType.Float32).view(shape), ones(shape));
        var pass = new ForwardPass(ForwardOptions.None) { Mask = AttentionMask.None, Rotation = (cos, sin), Dropout = 0 };
        var doubled = pass.Doubled(AttentionMask.None).Rotation!.Value.Cos;
        var axis = ragged ? 1 : 0;
        Assert.That(doubled.size(axis), Is.EqualTo(6));
        for (var place = 0; place < 6; place++)
            Assert.That(ToyModels.LargestDifference(doubled.select(axis, place), cos.select(axis, place / 2)), Is.Zero);
    }

    /// <summary>The layers of a model hand out one state a token, whatever stands between them.</summary>
    [Test]
    public void Hidden_OfSomeLayers_HasOneStateAToken([Values(0, 1, 2, 3)] int layers)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(_deep);
        using var kept = new Activations("layers.1");
        var hidden = model.Hidden(ToyModels.Tokens(2, Time), new ForwardOptions { Layers = layers, Activations = kept });
        Assert.That(hidden.shape, Is.EqualTo(new long[] { 2, Time, 8 }));
        if (layers == 2)
            Assert.That(ToyModels.LargestDifference(hidden, MlNetLlm.LanguageModels.Interleaving.InsertedSlots(kept["layers.1"])), Is.Zero);
    }

    [Test]
    public void Create_WithAFaultyInsertion_NamesEveryFault()
    {
        var error = Assert.Throws<ArgumentException>(() => _ = new TransformerModel(_deep with
        {
            Insertion = new() { Layer = 3, Concepts = 4, TopConcepts = 5, TargetWidth = 1 },
        }));
        Assert.That(error!.Message, Does.Contain("Insertion.Layer is 3").And.Contain("0 to 2").And.Contain("Insertion.TopConcepts is 5")
            .And.Contain("1 to Concepts (4)").And.Contain("Insertion.TargetWidth is 1"));
        Assert.That(
            () => new TransformerModel(ToyModels.Roberta with { Insertion = _deep.Insertion }),
            Throws.ArgumentException.With.Message.Contains("not causal"));
    }

    [Test]
    public void Hidden_WithAHeldConceptThatIsNotThere_SaysSo()
    {
        using var model = ToyModels.Create(_deep);
        using var plain = ToyModels.Create(ToyModels.Gpt2);
        using var tokens = ToyModels.Tokens(1, 3);
        Assert.That(() => model.Hidden(tokens, new ForwardOptions { Held = new(20, 1) }),
            Throws.ArgumentException.With.Message.Contains("Concept 20").And.Message.Contains("0 to 19"));
        Assert.That(() => plain.Hidden(tokens, new ForwardOptions { Held = new(0, 1) }),
            Throws.ArgumentException.With.Message.Contains("inserts no concepts"));
    }

    [Test]
    public void Hidden_OfInterleavedElements_RefusesWhatHoldsForTokensAlone_AndSaysTheWayOut()
    {
        using var model = ToyModels.Create(_deep);
        using var added = ToyModels.Create(_deep with { Insertion = _deep.Insertion! with { Mixing = InsertionMixing.Add } });
        using var tokens = ToyModels.Tokens(2, 3);
        var (gradient, rows) = (new ForwardOptions { OwnTokenGradient = true }, new ForwardOptions { LayerRows = _ => tensor(new[] { 1L }) });
        using var scope = NewDisposeScope();
        Assert.That(() => model.Hidden(tokens, gradient), Throws.ArgumentException.With.Message.StartsWith(
            "OwnTokenGradient is set, but this model interleaves elements, whose tokens predict nothing of their own. "
            + "Take a model without an insertion."));
        Assert.That(() => model.Hidden(tokens, rows), Throws.ArgumentException.With.Message.StartsWith(
            "LayerRows is set, but this model interleaves elements, which no row can skip. Leave the rows out, or take a model whose "
            + "insertion is added (InsertionMixing.Add) or that has none."));
        Assert.That(() => added.Hidden(tokens, gradient), Throws.Nothing);
        Assert.That(() => added.Hidden(tokens, rows), Throws.Nothing);
        var ownership = new LayerOwnership { Owners = [.. Enumerable.Repeat("one", _deep.Layers)] };
        Assert.That(() => ownership.Require(model.Config), Throws.ArgumentException.With.Message.Contains("Leave Ownership out"));
        Assert.That(() => ownership.Require(added.Config), Throws.Nothing);
    }

    private static IEnumerable<TestCaseData> Interleaving => ToyModels.Inserting.Where(config => config.Insertion!.Doubles)
        .Select(config => new TestCaseData(config).SetArgDisplayNames(config.Architecture));

    // The model's own block apart, over the same weights.
    private static ConceptBlock Block(TransformerModel model)
    {
        var weights = model.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        return new ConceptBlock((name, _, _) => weights[name].detach(), "insertion", 8, 20, 4);
    }

    // The same weights without an insertion.
    private static TransformerModel Plain(TransformerModel model)
    {
        var weights = model.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        return new TransformerModel(model.Config with { Insertion = null }, (name, _, _) => weights[name].detach().clone());
    }

    private static IEnumerable<bool> Moved(Tensor a, Tensor b) =>
        ToyModels.Values((a - b).abs().amax([0, 2])).Select(change => change > 1e-4);
}


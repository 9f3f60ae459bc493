using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class ActivationsTests
{
    [TestCaseSource(typeof(ToyModels), nameof(ToyModels.All))]
    public void Hidden_AskedForEverything_HandsOutEveryNameAndChangesNothing(TransformerConfig config)
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(config);
        using var activations = new Activations(model.ActivationNames);
        var tokens = ToyModels.Tokens(2, 5);

        var hidden = model.Hidden(tokens, new ForwardOptions { Activations = activations });

        Assert.That(ToyModels.Values(hidden), Is.EqualTo(ToyModels.Values(model.Hidden(tokens))));
        Assert.That(ToyModels.Values(activations["final"]), Is.EqualTo(ToyModels.Values(hidden)));
        Assert.That(activations["embeddings"].shape, Is.EqualTo(new long[] { 2, 5, 8 }));
        var first = 5 * (config.Insertion?.RowsPerToken(0) ?? 1);
        var second = config.Layers == 2 ? 5 : 5 * config.Insertion!.RowsPerToken(1);     // the last layer answers at one element a token
        Assert.That(activations["layers.1.mlp.hidden"].shape, Is.EqualTo(new long[] { 2, second, config.FeedForwardWidth }));
        Assert.That(activations["layers.0.attention.weights"].shape, Is.EqualTo(new long[] { 2, config.Heads, first, first }));
        Assert.That(ToyModels.Values(activations["layers.0.attention.weights"].sum(-1)), Is.All.EqualTo(1).Within(1e-5));
    }

    [Test]
    public void Hidden_OfCausalModel_HasNoWeightOnLaterTokens()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var activations = new Activations("layers.1.attention.weights");

        model.Hidden(ToyModels.Tokens(1, 5), new ForwardOptions { Activations = activations });

        Assert.That(ToyModels.Values(activations["layers.1.attention.weights"].triu(1)), Is.All.Zero);
    }

    [Test]
    public void Hidden_AskedForOneName_OffersOthersToNoOne()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var sink = new Recorder("layers.0");

        model.Hidden(ToyModels.Tokens(1, 5), new ForwardOptions { Activations = sink });

        Assert.That(sink.Received, Is.EqualTo(new[] { "layers.0" }));
    }

    [Test]
    public void Hidden_WithResidualStreamOfLayers_IsSumOfBranches()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var kept = new Activations(model.ActivationNames);

        model.Hidden(ToyModels.Tokens(2, 4), new ForwardOptions { Activations = kept });

        var sum = kept["embeddings"] + kept["layers.0.attention"] + kept["layers.0.mlp"];
        Assert.That(ToyModels.LargestDifference(sum, kept["layers.0"]), Is.LessThan(1e-5));
    }

    [Test]
    public void Hidden_WithLayers_StopsThere()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Gpt2);
        using var kept = new Activations("embeddings", "layers.0", "layers.1");
        var tokens = ToyModels.Tokens(2, 4);
        model.Hidden(tokens, new ForwardOptions { Activations = kept });

        var hidden = Enumerable.Range(0, 3).Select(layers => model.Hidden(tokens, new ForwardOptions { Layers = layers })).ToArray();

        Assert.That(ToyModels.Values(hidden[0]), Is.EqualTo(ToyModels.Values(kept["embeddings"])));
        Assert.That(ToyModels.Values(hidden[1]), Is.EqualTo(ToyModels.Values(kept["layers.0"])));
        Assert.That(ToyModels.Values(hidden[2]), Is.EqualTo(ToyModels.Values(kept["layers.1"])));
        Assert.That(() => model.Hidden(tokens, new ForwardOptions { Layers = 3 }),
            Throws.ArgumentException.With.Message.Contains("Layers is 3, the model has 2"));
    }

    [Test]
    public void Hidden_WithEdit_GoesOnWithTheEdit()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var (tokens, other) = (ToyModels.Tokens(1, 4, seed: 1), ToyModels.Tokens(1, 4, seed: 2));
        using var kept = new Activations("layers.0");
        model.Hidden(other, new ForwardOptions { Activations = kept });

        var patched = model.Hidden(tokens, new ForwardOptions { Edit = (name, value) => name == "layers.0" ? kept["layers.0"] : value });

        Assert.That(ToyModels.Values(patched), Is.EqualTo(ToyModels.Values(model.Hidden(other))));
    }

    [Test]
    public void Hidden_WithEditOfOtherShape_NamesTheActivation()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var edit = new ForwardOptions { Edit = (name, value) => name == "layers.1.mlp" ? value.narrow(2, 0, 3) : value };

        Assert.That(() => model.Hidden(ToyModels.Tokens(1, 4), edit), Throws.ArgumentException.With.Message.EqualTo(
            "The edit of activation 'layers.1.mlp' returned Float32 (1, 4, 3), expected Float32 (1, 4, 8)."));
    }

    [Test]
    public void Activations_NotAskedForOrNotComputed_SaySo()
    {
        using var activations = new Activations("layers.0");

        Assert.That(() => activations["layers.1"], Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("Asked for: layers.0."));
        Assert.That(() => activations["layers.0"], Throws.InvalidOperationException.With.Message.Contains("has not been computed yet"));
    }

    private sealed class Recorder(string wanted) : IActivationSink
    {
        public List<string> Received { get; } = [];

        public bool Wants(string name) => name == wanted;

        public void Receive(string name, Tensor value) => Received.Add(name);
    }
}

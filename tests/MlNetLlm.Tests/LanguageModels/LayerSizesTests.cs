using MlNetLlm.Checkpoints;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.Persistence;
using TorchSharp;

namespace MlNetLlm.Tests.LanguageModels;

/// <summary>Models whose layers differ in size.</summary>
public sealed class LayerSizesTests
{
    private static readonly TransformerConfig _uneven = ToyModels.Llama with
    {
        VocabularySize = 12, Layers = 3, LayerKeyValueHeads = new LayerSizes(1, 2, 1), LayerFeedForwardWidths = new LayerSizes(5, 12, 1),
    };

    [Test]
    public void Json_IsAList_AndComesBackEqual()
    {
        var json = System.Text.Encoding.UTF8.GetString(StrictJson.ToBytes(_uneven));
        Assert.That(json.Replace(" ", "").Replace("\n", ""), Does.Contain("\"layerFeedForwardWidths\":[5,12,1]"));
        Assert.That(StrictJson.Parse<TransformerConfig>(json, "test"), Is.EqualTo(_uneven));
        Assert.That(() => StrictJson.Parse<TransformerConfig>("{ \"layerKeyValueHeads\": [1, \"2\"] }", "test"),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Expected a list of whole numbers"));
    }

    [Test]
    public void Validated_NamesWrongSizes() => Assert.That(
        () => (_uneven with { LayerKeyValueHeads = new LayerSizes(1, 3, 1), LayerFeedForwardWidths = new LayerSizes(12, 12) }).Validated(),
        Throws.ArgumentException.With.Message.Contains("LayerKeyValueHeads is 1,3,1, expected 1 to 2 in each layer")
            .And.Message.Contains("LayerFeedForwardWidths has 2 sizes, expected 3"));

    [Test]
    public void Matrices_HaveTheirLayersSizes()
    {
        using var model = ToyModels.Create(_uneven);
        var shapes = model.Projections.Where(p => p.Kind is ProjectionKind.Query or ProjectionKind.Key or ProjectionKind.Down)
            .Select(p => $"{p.OutputWidth}×{p.InputWidth}");
        Assert.That(shapes, Is.EqualTo(new[] { "4×8", "2×8", "8×5", "8×8", "4×8", "8×12", "4×8", "2×8", "8×1" }));
    }

    [Test]
    public void AModelWithTheSameWeightsPadded_ComputesTheSame()
    {
        // Heads and hidden units with zero output weights add nothing, so the even model of which they are a part is the same function.
        using var uneven = ToyModels.Create(_uneven);
        using var even = new TransformerModel(_uneven with { LayerKeyValueHeads = null, LayerFeedForwardWidths = null });
        using var quiet = torch.no_grad();
        var all = even.named_parameters().ToDictionary(item => item.name, item => item.parameter);
        foreach (var (name, weight) in uneven.named_parameters())
        {
            var place = (torch.Tensor)all[name];
            for (var axis = 0; axis < weight.dim(); axis++) place = place.narrow(axis, 0, weight.size(axis));
            place.copy_(weight);
        }
        even.eval();
        var tokens = ToyModels.Tokens(2, 6, 12);
        Assert.That(ToyModels.LargestDifference(uneven.forward(tokens), even.forward(tokens)), Is.LessThan(1e-5));
        using var lengths = torch.tensor(new long[] { 6, 3 });
        using var cache = new KvCache(uneven, 2);
        uneven.Hidden(tokens.narrow(1, 0, 4), new ForwardOptions { Cache = cache });
        var last = uneven.Hidden(tokens.narrow(1, 4, 2), new ForwardOptions { Cache = cache });
        var whole = uneven.Hidden(tokens).narrow(1, 4, 2);
        Assert.That(ToyModels.LargestDifference(last, whole), Is.LessThan(1e-5));
    }

    [Test]
    public void RaggedRows_ComputeAsAlone()
    {
        using var model = ToyModels.Create(_uneven);
        using var quiet = torch.no_grad();
        var tokens = ToyModels.Tokens(2, 5, 12);
        using var cache = new KvCache(model, 2);
        model.Hidden(tokens.narrow(1, 0, 3), new ForwardOptions { Cache = cache, Lengths = torch.tensor(new long[] { 3, 2 }) });
        var next = model.Hidden(tokens.narrow(1, 3, 1), new ForwardOptions { Cache = cache });
        var alone = torch.cat([tokens[1].narrow(0, 0, 2), tokens[1].narrow(0, 3, 1)]).unsqueeze(0);
        Assert.That(ToyModels.LargestDifference(next[1][0], model.Hidden(alone)[0][2]), Is.LessThan(1e-5));
    }

    [Test]
    public void Save_ThenLoad_KeepsThem_AndHuggingFaceIsRefused()
    {
        using var folder = new TemporaryFolder();
        using var model = new LanguageModel(ToyModels.Create(_uneven), Toy.Model().Tokenizer);
        model.Save(folder["own"]);
        using var loaded = LanguageModel.Load(folder["own"]);
        Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
        Assert.That(loaded.Config, Is.EqualTo(_uneven));
        Assert.That(() => HuggingFaceFolder.Save(model, folder["hub"]), Throws.ArgumentException.With.Message.Contains(
            "LayerKeyValueHeads is 1,2,1, it would come back as").And.Message.Contains("LanguageModel.Save"));
    }
}

using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using MlNetLlm.Tests.Karel;
using MlNetLlm.Tests.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class TokenFeaturesTests
{
    private const double Tolerance = 1e-4;      // float32 sums in another order
    private static readonly TransformerConfig _config = ToyModels.Gpt2 with { Features = 5 };

    [Test]
    public void At_GivesWhatWasAttached_AndNothingElsewhere()
    {
        var features = new TokenFeatures(rows: 2, time: 3);
        features.Add(0, 1, [4, 2]);
        features.Add(1, 0, [3]);
        Assert.That(
            from row in Enumerable.Range(0, 2) from t in Enumerable.Range(0, 3) select string.Join(' ', features.At(row, t).ToArray()),
            Is.EqualTo(new[] { "", "4 2", "", "3", "", "" }));
    }

    [Test]
    public void Add_BehindItsTurnOrOutside_Throws()
    {
        var features = new TokenFeatures(rows: 1, time: 3);
        features.Add(0, 1, [1]);
        Assert.That(() => features.Add(0, 1, [2]), Throws.ArgumentException.With.Message.Contains("token 1 in row 0"));
        Assert.That(() => features.Add(0, 0, [2]), Throws.ArgumentException);
        Assert.That(() => features.Add(0, 3, [2]), Throws.ArgumentException);
        Assert.That(() => features.Add(1, 0, [2]), Throws.ArgumentException);
    }

    [Test]
    public void Hidden_AddsTheSumOfTheFeaturesVectors()
    {
        using var model = ToyModels.Create(_config);
        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var (tokens, features) = Batch();
        using var with = new Activations("embeddings");
        using var without = new Activations("embeddings");
        model.Hidden(tokens, new ForwardOptions { Features = features, Activations = with });
        model.Hidden(tokens, new ForwardOptions { Activations = without });

        var hot = zeros(2 * 4, 5);                                     // the multi-hot product, written out
        hot[1, 2] = hot[1, 0] = hot[4, 3] = 1;
        hot[6, 1] = 2;
        var table = model.named_parameters().Single(p => p.name == "embeddings.feature.weight").parameter;
        var expected = without["embeddings"] + hot.matmul(table).view(2, 4, 8);
        Assert.That(ToyModels.LargestDifference(with["embeddings"], expected), Is.LessThan(1e-6));
    }

    [Test]
    public void Hidden_HasTheGradientOfTheFeatureTable()
    {
        using var model = ToyModels.Create(_config);
        using var scope = NewDisposeScope();
        var (tokens, features) = Batch();
        var table = model.named_parameters().Single(p => p.name == "embeddings.feature.weight").parameter;
        Loss().backward();
        var gradient = ToyModels.Values(table.grad!);
        using var plain = no_grad();
        const float step = 1e-2f;
        for (var i = 0; i < 5 * 8; i += 7)
        {
            var cell = table.view(-1).narrow(0, i, 1);
            cell.add_(step);
            double above = Loss().item<float>();
            cell.sub_(2 * step);
            double below = Loss().item<float>();
            cell.add_(step);
            Assert.That((above - below) / (2 * step), Is.EqualTo(gradient[i]).Within(2e-3 + (0.01 * Math.Abs(gradient[i]))), $"cell {i}");
        }

        Tensor Loss() => model.Hidden(tokens, new ForwardOptions { Features = features }).pow(2).mean();
    }

    [Test]
    public void Hidden_WithFeaturesThatDoNotFit_SaysWhy()
    {
        using var plain = ToyModels.Create(ToyModels.Gpt2);
        using var model = ToyModels.Create(_config);
        using var scope = NewDisposeScope();
        var (tokens, features) = Batch();
        Assert.That(() => plain.Hidden(tokens, new ForwardOptions { Features = features }),
            Throws.ArgumentException.With.Message.Contains("has no table of features"));
        Assert.That(() => model.Hidden(tokens.narrow(0, 0, 1), new ForwardOptions { Features = features }),
            Throws.ArgumentException.With.Message.Contains("for 2 x 4 tokens, the batch has 1 x 4"));
        var large = new TokenFeatures(2, 4);
        large.Add(0, 0, [5]);
        Assert.That(() => model.Hidden(tokens, new ForwardOptions { Features = large }),
            Throws.ArgumentException.With.Message.Contains("Feature 5 is outside the model's table of 5"));
    }

    [Test]
    public void BothDecoders_WithFeatures_GiveTheLogitsOfAFullPass()
    {
        using var model = KarelModels.Create(KarelModels.Grid);
        var tasks = KarelModels.Draw(5);
        var prompts = KarelModels.Grid.Prompts(tasks);
        var features = KarelModels.Grid.Features(tasks, prompts[0].Length);
        using var managed = new ManagedDecoder(model.Module, tasks.Length, model.Config.ContextLength);
        using var torch = new TorchDecoder(model.Module, tasks.Length, model.Config.ContextLength);
        var (a, b) = (managed.Begin(prompts, features).ToArray(), torch.Begin(prompts, features).ToArray());
        int[] next = [4, 8, 5, 6, 7];
        var (a2, b2) = (managed.Step(next).ToArray(), torch.Step(next).ToArray());

        using var scope = NewDisposeScope();
        using var plain = no_grad();
        var ids = prompts.SelectMany((prompt, row) => prompt.Append(next[row])).Select(id => (long)id).ToArray();
        var whole = model.Module.Head(model.Module.Hidden(
            tensor(ids, [5, 4]), new ForwardOptions { Features = KarelModels.Grid.Features(tasks, 4) }));        // (5, 4, vocabulary)
        Assert.That(Distance(a, whole.select(1, 2)), Is.LessThan(Tolerance));
        Assert.That(Distance(b, whole.select(1, 2)), Is.LessThan(Tolerance));
        Assert.That(Distance(a2, whole.select(1, 3)), Is.LessThan(Tolerance));
        Assert.That(Distance(b2, whole.select(1, 3)), Is.LessThan(Tolerance));

        static double Distance(float[] values, Tensor expected) =>
            values.Zip(ToyModels.Values(expected), (x, y) => Math.Abs(x - y)).Max();
    }

    [Test]
    public void Save_ThenLoad_KeepsTheFeatureTable()
    {
        using var folder = new TemporaryFolder();
        using var model = KarelModels.Create(KarelModels.Grid);
        model.Save(folder["model"]);
        using var loaded = LanguageModel.Load(folder["model"]);
        Assert.That(loaded.Fingerprint, Is.EqualTo(model.Fingerprint));
        var tasks = KarelModels.Draw(20);
        Assert.That(
            KarelWriter.Write(loaded, tasks, KarelModels.Grid, KarelModels.MaxOperations),
            Is.EqualTo(KarelWriter.Write(model, tasks, KarelModels.Grid, KarelModels.MaxOperations)));
    }

    [Test]
    public void SaveAsHuggingFace_SaysThatFeaturesHaveNoPlaceThere()
    {
        using var folder = new TemporaryFolder();
        using var model = KarelModels.Create(KarelModels.Grid);
        Assert.That(() => MlNetLlm.Checkpoints.HuggingFaceFolder.Save(model, folder["model"]),
            Throws.ArgumentException.With.Message.Contains("Features is"));
    }

    private static (Tensor Tokens, TokenFeatures Features) Batch()
    {
        var features = new TokenFeatures(2, 4);
        features.Add(0, 1, [2, 0]);
        features.Add(1, 0, [3]);
        features.Add(1, 2, [1, 1]);
        return (ToyModels.Tokens(2, 4), features);
    }
}

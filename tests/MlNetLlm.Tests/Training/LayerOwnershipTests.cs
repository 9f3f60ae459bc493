using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Tests.Persistence;
using MlNetLlm.Training;
using TorchSharp;

namespace MlNetLlm.Tests.Training;

public sealed class LayerOwnershipTests
{
    private static readonly TransformerConfig _shape =
        ToyModels.Llama with { VocabularySize = 12, Layers = 4, Heads = 2, KeyValueHeads = 2, HeadWidth = 4, RotaryWidth = 4 };

    private static readonly LayerOwnership _ownership = new() { Owners = [null, "left", "right", null], SkipProbability = 1 };

    private static readonly PretrainOptions _options = new()
    {
        MaxSteps = 6, BatchSize = 4, SequenceLength = 12, LearningRate = 0.01, CompletionColumn = "Completion", Ownership = _ownership,
    };

    private readonly MLContext _ml = new(1);

    [TestCase(1)]
    [TestCase(0.5)]
    [TestCase(0)]
    public void ModelFor_IsTheModelWithForeignLayersScaled(double probability)
    {
        using var model = Model();
        var ownership = _ownership with { SkipProbability = probability };
        using var left = ownership.ModelFor(model, "left");
        using var scope = torch.NewDisposeScope();
        var tokens = ToyModels.Tokens(2, 7, 12);
        var scaled = new ForwardOptions
        {
            Edit = (name, value) => name is "layers.2.attention" or "layers.2.mlp" ? value * (1 - probability) : value,
        };
        var expected = model.Module.Head(model.Module.Hidden(tokens, scaled));
        Assert.That(ToyModels.LargestDifference(left.Module.forward(tokens), expected), Is.LessThan(1e-5));
        Assert.That(left.Fingerprint, probability == 0 ? Is.EqualTo(model.Fingerprint) : Is.Not.EqualTo(model.Fingerprint));
    }

    [Test]
    public void Fit_OnOneGroup_NeverTouchesALayerOfAnother()
    {
        using var model = Model();
        var options = new FullOptions
        {
            MaxSteps = 4, BatchSize = 4, SequenceLength = 12, LearningRate = 0.02, CompletionColumn = "Completion", Ownership = _ownership,
        };
        var tuned = _ml.LanguageModels().FineTuneFull(model, options).Fit(Rows("left")).Model;
        foreach (var (before, after) in model.Module.Projections.Zip(tuned.Module.Projections))
            Assert.That(ToyModels.Values(after.Weight), before.Layer == 2
                ? Is.EqualTo(ToyModels.Values(before.Weight))
                : Is.Not.EqualTo(ToyModels.Values(before.Weight)), before.Name);
    }

    [Test]
    public void Fit_SkipsForeignLayersWithTheProbabilityGiven()
    {
        var gates = new LayerGates(_ownership with { SkipProbability = 0.3 }, new RandomStreams(3));
        using var scope = torch.NewDisposeScope();
        var batch = TokenBatch.Of(new long[200], new long[200], 100) with
        {
            Groups = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? "left" : "right")],
        };
        var kept = 0.0;
        for (var pass = 0; pass < 100; pass++)
        {
            var rows = gates.Apply(ForwardOptions.None, batch, training: true).LayerRows!;
            Assert.That(rows(0), Is.Null, "layer 0 is shared");
            var passing = rows(1)!.data<long>().ToArray();
            Assert.That(passing.Where(row => row % 2 == 0), Is.EqualTo(Enumerable.Range(0, 50).Select(i => 2L * i)), "its own rows");
            kept += passing.Count(row => row % 2 == 1);
        }
        Assert.That(kept / 5000, Is.EqualTo(0.7).Within(5 * Math.Sqrt(0.21 / 5000)));
    }

    [Test]
    public void SkippedLayers_AddNothing_AndGetNoGradient()
    {
        using var model = ToyModels.Create(_shape);
        using var scope = torch.NewDisposeScope();
        var tokens = ToyModels.Tokens(4, 7, 12);
        var gate = torch.tensor(new float[] { 0, 1, 0, 1 }, [4, 1, 1]);
        Gradients skipped = Of(new ForwardOptions { LayerRows = layer => layer == 2 ? torch.tensor(new long[] { 1, 3 }) : null });
        Gradients zeroed = Of(new ForwardOptions
        {
            Edit = (name, value) => name is "layers.2.attention" or "layers.2.mlp" ? value * gate : value,
        });
        Assert.That(ToyModels.LargestDifference(skipped.Hidden, zeroed.Hidden), Is.LessThan(1e-5));
        foreach (var (name, gradient) in zeroed.ByName)
            Assert.That(ToyModels.LargestDifference(skipped.ByName[name]!, gradient!), Is.LessThan(1e-4), name);
        var none = Of(new ForwardOptions { LayerRows = layer => layer == 2 ? torch.zeros(0, torch.ScalarType.Int64) : null });
        Assert.That(none.ByName.Where(item => item.Value is null).Select(item => item.Key),
            Is.EquivalentTo(none.ByName.Keys.Where(name => name.StartsWith("layers.2.", StringComparison.Ordinal))));
        using var cache = new KvCache(model, 4);
        Assert.That(() => model.Hidden(tokens, new ForwardOptions { LayerRows = _ => null, Cache = cache }),
            Throws.ArgumentException.With.Message.Contains("LayerRows is set together with a cache"));

        Gradients Of(ForwardOptions pass)
        {
            foreach (var parameter in model.parameters()) parameter.grad = null;
            var hidden = model.Hidden(tokens, pass);
            hidden.square().sum().backward();
            return new Gradients(hidden.detach(), model.named_parameters()
                .Where(item => item.name.StartsWith("layers.", StringComparison.Ordinal))
                .ToDictionary(item => item.name, item => item.parameter.grad?.clone()));
        }
    }

    [Test]
    public void Validation_IsThatOfEachGroupsModel()
    {
        using var model = Model();
        var rows = Rows("left", "right");
        var options = _options with { Ownership = _ownership with { SkipProbability = 0.4 } };
        var expected = new[] { "left", "right" }.Average(group => LanguageLoss.Of(
            options.Ownership.ModelFor(model, group), Rows(group), options with { Ownership = null }));
        Assert.That(LanguageLoss.Of(model, rows, options), Is.EqualTo(expected).Within(1e-5));
    }

    [Test]
    public void Fit_StoppedAndResumed_EndsWithTheSameBits()
    {
        using var folder = new TemporaryFolder();
        var options = _options with { Ownership = _ownership with { SkipProbability = 0.5 } };
        var kept = options with { CheckpointFolder = folder["run"], CheckpointEvery = 1 };
        using var stop = new CancellationTokenSource();
        var progress = new Stopper(stop, 3);
        Assert.That(() => Pretrain(kept, progress, stop.Token).Fit(Rows("left", "right")), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Pretrain(kept with { Resume = true }).Fit(Rows("left", "right")).Model.Fingerprint,
            Is.EqualTo(Pretrain(options).Fit(Rows("left", "right")).Model.Fingerprint));
    }

    [Test]
    public void Fit_WithTokens_ReadsTheGroupsToo()
    {
        var rows = _ml.Data.LoadFromEnumerable(new[] { "left", "right" }.Select(group =>
            new TokenRow { Tokens = [3, 4, 5, 6], PromptLength = 2, Group = group }));
        var options = new ToyOptions { TokenColumns = new TokenColumns(), BatchSize = 2, SequenceLength = 8 };
        using var batches = TokenBatches.Read(
            rows, options, new LetterTokenizer(), Toys.Special, 64, TextBudget.All, 1024, "Group", CancellationToken.None);
        using var batch = batches.InOrder().Single();
        Assert.That(batch.Groups, Is.EqualTo(new[] { "left", "right" }));
    }

    [Test]
    public void Faults_AreNamed()
    {
        Assert.That(() => Pretrain(_options with { CompletionColumn = null, Ownership = new LayerOwnership { SkipProbability = 2 } }),
            Throws.ArgumentException.With.Message.Contains("Ownership.Owners is empty").And.Message.Contains("SkipProbability is 2")
                .And.Message.Contains("set CompletionColumn or TokenColumns"));
        Assert.That(() => Pretrain(_options with { Ownership = _ownership with { Owners = ["left"] } }).Fit(Rows("left")),
            Throws.ArgumentException.With.Message.Contains("names 1 layers, the model has 4"));
        Assert.That(() => Pretrain(_options).Fit(Rows("lft")),
            Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("No layer belongs to group 'lft'; there are 'left', 'right'."));
        Assert.That(() => Pretrain(_options).Fit(Toys.Pairs(("ab", "c"))),
            Throws.ArgumentException.With.Message.Contains("Column 'Text' is missing"));
        Assert.That(() => Pretrain(_options with { TextColumn = "Prompt" }).Fit(Toys.Pairs(("ab", "c"))),
            Throws.ArgumentException.With.Message.Contains("Column 'Group' is missing").And.Message.Contains("Ownership.GroupColumn"));
    }

    private PretrainEstimator Pretrain(
        PretrainOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default)
    {
        var toy = Toy.Model();
        return _ml.LanguageModels().Pretrain(_shape, toy.Tokenizer, toy.Special, options, null, progress, stop);
    }

    private static LanguageModel Model() => new(ToyModels.Create(_shape), Toy.Model().Tokenizer);

    private IDataView Rows(params string[] groups) => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, 24).SelectMany(i => groups.Select(
        group => new GroupRow { Text = "abcdefgh"[(i % 4)..(i % 4 + 4)], Completion = group[..1] == "l" ? "ab" : "gh", Group = group })));

    private sealed class Stopper(CancellationTokenSource stop, int step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step) stop.Cancel();
        }
    }

    private sealed record Gradients(torch.Tensor Hidden, IReadOnlyDictionary<string, torch.Tensor?> ByName);

    private sealed class GroupRow
    {
        public string Text { get; set; } = "";

        public string Completion { get; set; } = "";

        public string Group { get; set; } = "";
    }

    private sealed class TokenRow
    {
        [Microsoft.ML.Data.VectorType]
        public int[] Tokens { get; set; } = [];

        public int PromptLength { get; set; }

        public string Group { get; set; } = "";
    }
}

using Microsoft.ML;
using MlNetLlm.CommunityTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.CommunityTuning;

public sealed class CommunityTuningTests
{
    private static readonly string[] _community = ["layers.0.attention.query", "layers.1.mlp.down"];

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Fit_TrainsTheCommunityAndNoOtherBit([Values] ModuleRegime regime)
    {
        var tuned = Fit(Options(regime));
        Assert.That(tuned.Learned.Modules, Has.Count.EqualTo(regime switch
        {
            ModuleRegime.None => 0, ModuleRegime.All => 14, ModuleRegime.WrongCommunity => 1, _ => 2,
        }));
        var trained = tuned.Learned.Modules.Select(name => $"{name}.weight").ToHashSet();
        foreach (var (name, same) in Compare(tuned.Model))
            Assert.That(same, Is.EqualTo(!trained.Contains(name)), name);
        Assert.That(tuned.Model.Fingerprint == _model.Fingerprint, Is.EqualTo(regime == ModuleRegime.None));
        Assert.That(tuned.Training.Steps, Is.EqualTo(regime == ModuleRegime.None ? 0 : 3));
    }

    [Test]
    public void Fit_OfUnits_TrainsTheirRowsAndColumnsAndNoOtherBit()
    {
        string[] community = ["layers.0.attention.head.1", "layers.1.mlp.channels.0", "layers.1.mlp.channels.2"];
        var tuned = Fit(Options() with { Granularity = ModuleGranularity.Units, Community = community });
        var modules = ModelModules.Named(_model.Config, community);
        foreach (var (old, now) in _model.Module.Projections.Zip(tuned.Model.Module.Projections))
        {
            var (before, after) = (ToyModels.Values(old.Weight), ToyModels.Values(now.Weight));
            for (var i = 0; i < before.Length; i++)
            {
                var (row, column) = (i / old.InputWidth, i % old.InputWidth);
                var trains = modules.SelectMany(m => m.Slices).Any(s => s.Matrix == old.Name
                    && (s.Dimension == 0 ? row : column) is var at && at >= s.Start && at < s.Start + s.Length);
                Assert.That(BitConverter.SingleToInt32Bits(after[i]) == BitConverter.SingleToInt32Bits(before[i]), Is.EqualTo(!trains),
                    $"{old.Name} [{row}, {column}]");
            }
            Assert.That(now.Adapter, Is.Null);
        }
        Assert.That(tuned.Learned.Parameters, Is.EqualTo(modules.Sum(m => m.Parameters)));
        Assert.That(tuned.Learned.Changes.Where(c => c.Norm > 0).Select(c => c.Module), Is.EqualTo(community));
    }

    [Test]
    public void Fit_OfEveryUnit_IsFitOfEveryMatrix()
    {
        var units = Fit(Options(ModuleRegime.All) with { Granularity = ModuleGranularity.Units }).Model;
        var matrices = Fit(Options(ModuleRegime.All)).Model;
        foreach (var (a, b) in units.Module.Projections.Zip(matrices.Module.Projections))
            Assert.That(ToyModels.LargestDifference(a.Weight, b.Weight), Is.LessThan(1e-4), a.Name);
    }

    [Test]
    public void Fit_WithEmbeddingAndNorms_TrainsThemToo()
    {
        var tuned = Fit(Options() with { TrainEmbedding = true, TrainNorms = true });
        var changed = Compare(tuned.Model).Where(item => !item.Same).Select(item => item.Name);
        Assert.That(changed, Is.EquivalentTo(new[]
        {
            "embeddings.token.weight", "layers.0.attention_norm.weight", "layers.0.mlp_norm.weight", "layers.1.attention_norm.weight",
            "layers.1.mlp_norm.weight", "final_norm.weight", "layers.0.attention.query.weight", "layers.1.mlp.down.weight",
        }));
        Assert.That(tuned.Learned.Parameters, Is.EqualTo(12 * 8 + 5 * 8 + 64 + 96));
        var embedding = Fit(Options(ModuleRegime.None) with { TrainEmbedding = true });
        Assert.That(Compare(embedding.Model).Where(item => !item.Same).Select(item => item.Name),
            Is.EqualTo(new[] { "embeddings.token.weight" }));
    }

    [Test]
    public void Changes_AreThoseOfTheWeights()
    {
        var tuned = Fit(Options() with { TrainNorms = true });
        var change = tuned.Learned.Changes.Single(c => c.Module == "layers.1.mlp.down");
        var before = Weights(_model, "layers.1.mlp.down.weight");
        var after = Weights(tuned.Model, "layers.1.mlp.down.weight");
        var difference = before.Zip(after, (a, b) => (double)b - a).ToArray();
        var (norm, length) = (Norm(difference), Norm([.. before.Select(w => (double)w)]));
        Assert.Multiple(() =>
        {
            Assert.That(change.Norm, Is.EqualTo(norm).Within(1e-9));
            Assert.That(change.RelativeNorm, Is.EqualTo(norm / length).Within(1e-9));
            Assert.That(change.MeanAbsolute, Is.EqualTo(difference.Average(Math.Abs)).Within(1e-9));
            Assert.That(change.Cosine, Is.EqualTo(
                before.Zip(after, (a, b) => (double)a * b).Sum() / length / Norm([.. after.Select(w => (double)w)])).Within(1e-9));
            Assert.That(tuned.Learned.Changes.Where(c => !c.Trained).Select(c => c.Norm), Is.All.Zero);
            Assert.That(tuned.Learned.Changes.Where(c => !c.Trained).Select(c => c.Cosine), Is.All.EqualTo(1).Within(1e-12));
            Assert.That(tuned.Learned.MeanRelativeChange,
                Is.EqualTo(tuned.Learned.Changes.Where(c => c.Trained).Average(c => c.RelativeNorm)).Within(1e-12));
            var modules = tuned.Learned.Changes.Sum(c => c.Norm * c.Norm);
            Assert.That(tuned.Learned.TotalChange * tuned.Learned.TotalChange, Is.GreaterThan(modules), "the norms moved too");
        });
    }

    [Test]
    public void Fit_WithAnotherSelectionSeed_TrainsOtherModules()
    {
        var sets = Enumerable.Range(1, 8).Select(seed =>
            string.Join(' ', Fit(Options(ModuleRegime.RandomAny) with { SelectionSeed = seed, MaxSteps = 0 }).Learned.Modules));
        Assert.That(sets.Distinct().Count(), Is.GreaterThan(3));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesThem()
    {
        Assert.That(() => _ml.Communities().FineTuneCommunity(_model, new CommunityTuningOptions { ChannelGroups = 0 }),
            Throws.ArgumentException.With.Message.Contains("ChannelGroups is 0").And.Message.Contains("Community is empty"));
        Assert.That(() => _ml.Communities().FineTuneCommunity(_model, Options() with { Community = ["layers.7.mlp.up"] }),
            Throws.ArgumentException.With.Message.Contains("no module 'layers.7.mlp.up'"));
        Assert.That(() => _ml.Communities().FineTuneCommunity(
                _model, Options(ModuleRegime.RandomMatched) with { Community = ["layers.0.mlp.up", "layers.1.mlp.up"] }),
            Throws.ArgumentException.With.Message.Contains("only 0 are outside it"));
    }

    private static CommunityTuningOptions Options(ModuleRegime regime = ModuleRegime.Community) => new()
    {
        Regime = regime, Community = _community, WrongCommunity = ["layers.0.mlp.gate"], MaxSteps = 3, BatchSize = 4, SequenceLength = 12,
        LearningRate = 0.02,
    };

    private MlNetLlm.FineTuning.ModelTransformer<TunedModules> Fit(CommunityTuningOptions options) =>
        _ml.Communities().FineTuneCommunity(_model, options).Fit(Toy.Rows(_ml));

    private IEnumerable<(string Name, bool Same)> Compare(LanguageModel tuned) =>
        _model.Module.named_parameters().Select(item => (item.name, Weights(_model, item.name).AsSpan()
            .SequenceEqual(Weights(tuned, item.name))));

    private static float[] Weights(LanguageModel model, string name) =>
        ToyModels.Values(model.Module.named_parameters().Single(item => item.name == name).parameter);

    private static double Norm(double[] values) => Math.Sqrt(values.Sum(value => value * value));
}

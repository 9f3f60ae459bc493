using MlNetLlm.LanguageModels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class ProjectionTests
{
    [Test]
    public void Adapter_SetAndTakenAway_GivesBaseModelBitForBit()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        var tokens = ToyModels.Tokens(2, 6);
        var before = ToyModels.Values(model.call(tokens));
        using var adapter = new Doubling();

        foreach (var projection in model.Projections)
            projection.Adapter = adapter;
        Assert.That(ToyModels.Values(model.call(tokens)), Is.Not.EqualTo(before));
        foreach (var projection in model.Projections)
            projection.Adapter = null;

        Assert.That(ToyModels.Values(model.call(tokens)), Is.EqualTo(before));
    }

    [Test]
    public void Adapter_OnSharedWeights_LeavesBaseAlone()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Llama);
        using var shared = model.ShareWeights();
        var tokens = ToyModels.Tokens(2, 6);
        var before = ToyModels.Values(model.call(tokens));

        shared.Projections[3].Adapter = new Doubling();

        Assert.That(ToyModels.Values(shared.call(tokens)), Is.Not.EqualTo(before));
        Assert.That(ToyModels.Values(model.call(tokens)), Is.EqualTo(before));
    }

    [Test]
    public void Adapter_Parameters_AreNotTheModels()
    {
        using var model = new TransformerModel(ToyModels.Llama);
        var count = model.parameters().Count();
        using var adapter = new Doubling();

        model.Projections[0].Adapter = adapter;

        Assert.That(model.parameters().Count(), Is.EqualTo(count));
    }

    [Test]
    public void Forward_WithoutAdapter_IsTheLinearMap()
    {
        using var scope = NewDisposeScope();
        using var model = ToyModels.Create(ToyModels.Gpt2);
        var up = model.Projections.First(p => p.Kind == ProjectionKind.Up);
        var x = randn(3, 8);

        var expected = x.matmul(up.Weight.t()) + up.Bias!;

        Assert.That(ToyModels.LargestDifference(up.call(x), expected), Is.LessThan(1e-5));
    }

    private sealed class Doubling : IProjectionAdapter
    {
        private readonly Parameter _factor = new(tensor(2f));

        public IEnumerable<(string Name, Parameter Parameter)> Parameters => [("factor", _factor)];

        public Tensor Apply(Projection projection, Tensor input) =>
            nn.functional.linear(input, projection.Weight, projection.Bias) * _factor;

        public Tensor Merge(Projection projection) => (projection.Weight * _factor).detach();

        public void Dispose() => _factor.Dispose();
    }
}

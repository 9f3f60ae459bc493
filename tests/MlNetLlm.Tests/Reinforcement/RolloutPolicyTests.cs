using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Managed;
using MlNetLlm.Lora;
using MlNetLlm.Reinforcement;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Reinforcement;

public sealed class RolloutPolicyTests
{
    private DisposeScope _scope = null!;
    private LanguageModel _model = null!;

    [SetUp]
    public void Open()
    {
        _scope = NewDisposeScope();
        _model = Toy.Model();
    }

    [TearDown]
    public void Close()
    {
        _model.Dispose();
        _scope.Dispose();
    }

    [Test]
    public void Merge_OfAnyAdapter_ComputesWhatTheAdapterDoes([Values("svf", "lora")] string kind)
    {
        using var plain = no_grad();
        foreach (var (target, adapter) in Adapted(_model.Module, kind))
        {
            var x = randn(3, target.InputWidth);
            var merged = nn.functional.linear(x, adapter.Merge(target), target.Bias);
            Assert.That(ToyModels.LargestDifference(merged, adapter.Apply(target, x)), Is.LessThan(1e-5), target.Name);
            Assert.That(ToyModels.LargestDifference(adapter.Merge(target), target.Weight), Is.GreaterThan(1e-3), target.Name);
        }
    }

    [Test]
    public void Write_AfterTheAdaptersChanged_FollowsThemOnceOutdated()
    {
        using var module = _model.Module.ShareWeights();
        var adapted = Adapted(module, "svf");
        foreach (var (target, adapter) in adapted) target.Adapter = adapter;
        using var policy = new RolloutPolicy(_model, module, adapted);
        Assert.That((policy.Update(), policy.Update()), Is.EqualTo((true, false)));
        var first = Ids(policy);
        Assert.That(first, Is.EqualTo(Slow(module)));

        using (no_grad())
            foreach (var (_, adapter) in adapted)
                foreach (var (_, parameter) in adapter.Parameters) parameter.add_(randn(parameter.shape) * 3);
        Assert.That(Ids(policy), Is.EqualTo(first), "the policy is what it was");
        policy.Outdate();
        policy.Update();
        Assert.That(Ids(policy), Is.EqualTo(Slow(module)).And.Not.EqualTo(first));
    }

    [Test]
    public void Policy_OfASmallModel_IsReadByTheFastDecoder()
    {
        using var module = _model.Module.ShareWeights();
        var adapted = Adapted(module, "svf");
        using var merged = module.ShareWeights(adapted.ToDictionary(a => a.Target.Name, a => a.Adapter.Merge(a.Target)));
        Assert.That(ManagedDecoder.Covers(merged), Is.True);
        foreach (var (target, adapter) in adapted) target.Adapter = adapter;
        Assert.That(ManagedDecoder.Covers(module), Is.False);
    }

    [Test]
    public void Update_LeavesTheBaseModelAsItIs()
    {
        var before = ToyModels.Values(_model.Module.call(ToyModels.Tokens(1, 6)));
        using var module = _model.Module.ShareWeights();
        using (var policy = new RolloutPolicy(_model, module, Adapted(module, "lora")))
            policy.Update();
        Assert.That(ToyModels.Values(_model.Module.call(ToyModels.Tokens(1, 6))), Is.EqualTo(before));
    }

    private static IReadOnlyList<IReadOnlyList<int>> Ids(RolloutPolicy policy) =>
        [.. policy.Writer.Write([[0, 3, 4], [0]], [1, 2], 6, 0, CancellationToken.None).Select(answer => answer.Answer)];

    // Greedy answers of the module as it computes itself, adapters in place.
    private static IReadOnlyList<IReadOnlyList<int>> Slow(TransformerModel module)
    {
        var eos = Toy.Model().Special.Eos!.Value;
        return [.. new int[][] { [0, 3, 4], [0] }.Select(prompt =>
        {
            var ids = prompt.ToList();
            while (ids.Count < prompt.Length + 6 && (ids.Count == prompt.Length || ids[^1] != eos))
            {
                using var plain = no_grad();
                ids.Add((int)module.call(tensor(ids.Select(id => (long)id).ToArray(), [1, ids.Count]))[0, -1].argmax().item<long>());
            }
            return (IReadOnlyList<int>)ids[prompt.Length..];
        })];
    }

    private IReadOnlyList<(Projection Target, IProjectionAdapter Adapter)> Adapted(TransformerModel module, string kind)
    {
        var streams = new RandomStreams(1);
        var targets = AdapterTargets.Select(module, ModuleSet.Mlp, "all");
        if (kind == "svf")
        {
            var options = new TrainSvfExpertOptions { InitialNoise = 2 };
            var svf = new SvfAdapters(_model, options, options).Create(targets, streams);
            return [.. targets.Zip(svf, (t, a) => (t, (IProjectionAdapter)a))];
        }
        var lora = new TrainLoraExpertOptions { Rank = 2, Modules = ModuleSet.Mlp };
        var adapters = new LoraAdapters(_model, lora, lora).Create(targets, streams).ToList();
        using var plain = no_grad();
        foreach (var adapter in adapters) adapter.B.add_(0.1);
        return [.. targets.Zip(adapters, (t, a) => (t, (IProjectionAdapter)a))];
    }
}

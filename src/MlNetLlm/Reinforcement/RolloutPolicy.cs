using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Reinforcement;

/// <summary>
/// The policy in training as a plain model: a second module over the same weights, with adapted matrices of its own. The adapters are
/// merged into these once an iteration; answers then cost what the base model's cost, and the fast decoder can write them.
/// </summary>
internal sealed class RolloutPolicy : IDisposable
{
    private readonly IReadOnlyList<(Projection Target, IProjectionAdapter Adapter, Projection Merged)> _matrices;
    private readonly TransformerModel _module;
    private bool _isCurrent;

    /// <param name="model">Gives tokenizer and end tokens.</param>
    /// <param name="module">The module in training.</param>
    /// <param name="adapted">Its adapted matrices.</param>
    public RolloutPolicy(
        LanguageModel model, TransformerModel module, IEnumerable<(Projection Target, IProjectionAdapter Adapter)> adapted)
    {
        var pairs = adapted.ToList();
        using (no_grad())
            _module = module.ShareWeights(pairs.ToDictionary(pair => pair.Target.Name, pair => pair.Target.Weight.detach().clone()));
        _module.eval();
        var own = _module.Projections.ToDictionary(projection => projection.Name);
        _matrices = [.. pairs.Select(pair => (pair.Target, pair.Adapter, own[pair.Target.Name]))];
        Writer = new AnswerWriter(model, _module);
    }

    /// <summary>Writes answers with the adapters as they were when <see cref="Update"/> was last called.</summary>
    public AnswerWriter Writer { get; }

    /// <summary>Says that the adapters have changed.</summary>
    public void Outdate() => _isCurrent = false;

    /// <summary>Merges the adapters, unless they are the same still.</summary>
    /// <returns>Whether they had changed.</returns>
    public bool Update()
    {
        if (_isCurrent) return false;
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (target, adapter, merged) in _matrices) merged.Weight.copy_(adapter.Merge(target));
        return _isCurrent = true;
    }

    public void Dispose()
    {
        Writer.Dispose();
        _module.Dispose();
    }
}

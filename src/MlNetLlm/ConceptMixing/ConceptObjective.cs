using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// NLL + λ L_c, + w KL(teacher ‖ model), or + w times the distance to the teacher's hidden states, of one batch; and what of each there was
/// in a step.
/// </summary>
/// <remarks>
/// The next token counts at all T places of a window, its last predicting the next window's first token. Concepts count at the T − 1
/// places with labels at most, and their mean is over those.
/// </remarks>
internal sealed class ConceptObjective(
    TransformerModel module, ConceptPretrainOptions options, WindowLabels? labels, LanguageModel? teacher)
{
    /// <summary>Name of mean L_c − ln K_a over labelled positions.</summary>
    public const string ConceptLoss = "conceptLoss";

    /// <summary>Name of mean KL(teacher ‖ model).</summary>
    public const string Distilled = "distillation";

    /// <summary>Name of the mean distance to the teacher's hidden states.</summary>
    public const string States = "stateLoss";

    private readonly SortedDictionary<string, (double Sum, long Count)> _parts = new(StringComparer.Ordinal);
    private (double Sum, long Count) _nats;

    /// <summary>The loss of a batch, in units that the number of its counted tokens divides to a mean.</summary>
    public Tensor Loss(TokenBatch batch)
    {
        var targets = Targets(batch);
        var hidden = module.Hidden(batch.Tokens, new ForwardOptions { Targets = targets });
        var loss = Next(hidden, batch);
        if (targets?.Labels is { } concepts && ConceptMixing.ConceptLoss.Labelled(concepts, labels!.LabelsPerToken) is > 0 and var labelled)
        {
            Count(ConceptLoss, targets.Loss!.ToDouble() - ConceptMixing.ConceptLoss.Floor(concepts, labels.LabelsPerToken), labelled);
            loss = loss + targets.Loss! * (options.ConceptWeight * batch.TokenCount / labelled);
        }
        if (targets?.States is not null)
        {
            Count(States, targets.Loss!.ToDouble(), batch.TokenCount);
            loss = loss + targets.Loss! * options.StateWeight;
        }
        return loss;
    }

    /// <summary>The next token's mean loss and the means of all else since the last call.</summary>
    public StepParts Take()
    {
        var parts = new StepParts(
            _nats.Sum / _nats.Count, _parts.ToDictionary(part => part.Key, part => part.Value.Sum / part.Value.Count));
        _nats = (0, 0);
        _parts.Clear();
        return parts;
    }

    private InsertionTargets? Targets(TokenBatch batch)
    {
        if (labels is not null) return new InsertionTargets { Labels = labels.Of(batch) };
        if (options.Insert != InsertedElement.HiddenState) return null;
        using var quiet = no_grad();
        var states = NormalizedState.Of(OfTeacher(batch, ConceptPlan.StateLayer(options, teacher!))).Value;
        var counted = batch.Targets.ne(TokenBatch.Ignored).to(states.dtype).view(-1);                   // (batch · time)
        return new InsertionTargets
        {
            States = states,
            StateLoss = (predicted, target) => HiddenStateMath.Losses(options.StateLoss, predicted, target) * counted,
        };
    }

    private Tensor Next(Tensor hidden, TokenBatch batch)
    {
        if (options.DistillationWeight == 0)
        {
            var next = Objectives.NextToken(module, hidden, batch.Targets);
            _nats = (_nats.Sum + next.ToDouble(), _nats.Count + batch.TokenCount);
            return next;
        }
        var (on, there) = (hidden.device, teacher!.Module.TokenEmbedding.device);
        var (loss, nats, divergence) = Distillation.Losses(
            (module.Head, module.HeadWeights), hidden, states => teacher.Module.Head(states.to(there)).to(on), OfTeacher(batch, null),
            batch.Targets, module.Config.VocabularySize, options.DistillationWeight);
        _nats = (_nats.Sum + nats, _nats.Count + batch.TokenCount);
        Count(Distilled, divergence, batch.TokenCount);
        return loss;
    }

    // The teacher runs anew in every step: its distributions would not fit on a disk.
    private Tensor OfTeacher(TokenBatch batch, int? layers)
    {
        using var quiet = no_grad();
        return teacher!.Module.Hidden(batch.Tokens.to(teacher.Module.TokenEmbedding.device), new ForwardOptions { Layers = layers })
            .to(batch.Tokens.device);
    }

    private void Count(string part, double sum, long count)
    {
        var (before, counted) = _parts.GetValueOrDefault(part);
        _parts[part] = (before + sum, counted + count);
    }
}

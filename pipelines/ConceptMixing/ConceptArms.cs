using MlNetLlm.ConceptMixing;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Which labels an arm learns.</summary>
internal enum LabelSet
{
    /// <summary>None.</summary>
    None,

    /// <summary>Largest attribution above 0, as in the released code.</summary>
    Plus,

    /// <summary>Smallest attribution below 0.</summary>
    Minus,

    /// <summary>Largest attribution of either sign.</summary>
    Abs,

    /// <summary>Strongest activation.</summary>
    Activation,

    /// <summary>Ids of the teacher's most probable next tokens.</summary>
    NextTokens,

    /// <summary>Plus, by the gradient of a position's own next token (equation 1).</summary>
    OwnGradient,

    /// <summary>Plus, of an autoencoder that was never trained.</summary>
    Untrained,

    /// <summary>Plus, shuffled across positions.</summary>
    Shuffled,

    /// <summary>Random labels as frequent as Plus.</summary>
    FrequencyMatched,
}

/// <summary>How an arm departs from next-token prediction or from concept mixing.</summary>
/// <param name="Title">In words.</param>
/// <param name="Labels">The labels it learns.</param>
/// <param name="Change">Its options, from those of concept mixing.</param>
internal sealed record ConceptArm(string Title, LabelSet Labels, Func<ConceptPretrainOptions, ConceptPretrainOptions> Change)
{
    /// <summary>Whether it has the width that matches the concept model's active parameters.</summary>
    public bool Matched { get; init; }

    /// <summary>Whether the teacher runs along.</summary>
    public bool NeedsTeacher { get; init; }

    /// <summary>The arm whose chosen rate it takes: each way of training has one that the rates are tried on.</summary>
    public string RateOf { get; init; } = ConceptArms.Baseline;

    /// <summary>Its tokens as a share of the study's.</summary>
    public double Budget { get; init; } = 1;

    /// <summary>Whether it has as many tokens as the concept model's FLOPs pay for.</summary>
    public bool EqualFlops { get; init; }

    /// <summary>Whether it is asked the proxy questions.</summary>
    public bool Asked { get; init; }
}

/// <summary>The arms: everything but what stands here is the same for all of a study and seed.</summary>
internal static class ConceptArms
{
    /// <summary>Next-token prediction, matched in active parameters: the baseline.</summary>
    public const string Baseline = "A1";

    /// <summary>Knowledge distillation.</summary>
    public const string Distillation = "A2";

    /// <summary>Concept mixing as released.</summary>
    public const string Concepts = "A5";

    /// <summary>Pause elements.</summary>
    public const string Pauses = "A3";

    /// <summary>The teacher's hidden state in place of concepts.</summary>
    public const string States = "state-l2";

    /// <summary>Next-token prediction for the FLOPs of concept mixing.</summary>
    public const string EqualFlops = "A6";

    /// <summary>Concept mixing with 80 % of the tokens and a full decay of the rate.</summary>
    public const string Short = "A5-short";

    /// <summary>Concept mixing without weight decay on the compression.</summary>
    public const string NoDecay = "no-decay";

    /// <summary>All arms, by name.</summary>
    public static IReadOnlyDictionary<string, ConceptArm> Known { get; } = new Dictionary<string, ConceptArm>(StringComparer.Ordinal)
    {
        ["A0"] = Plain("next-token prediction, same width"),
        [Baseline] = Plain("next-token prediction, matched parameters") with { Matched = true, Asked = true },
        [Distillation] = Distilled("knowledge distillation, matched parameters", o => o with { Insert = null }) with { Asked = true },
        [Pauses] = new ConceptArm("pause element, matched parameters", LabelSet.None, Pause) { Matched = true, RateOf = Pauses },
        ["A4"] = Distilled("pause element and distillation, matched parameters", Pause) with { RateOf = Pauses },
        [Concepts] = Concept("concept mixing", LabelSet.Plus) with { Asked = true },
        [EqualFlops] = Plain("next-token prediction, matched parameters, equal FLOPs") with { Matched = true, EqualFlops = true },
        [Short] = Concept("concept mixing, 80 % of the tokens", LabelSet.Plus) with { Budget = 0.8 },
        ["minus"] = Concept("labels: smallest attribution", LabelSet.Minus),
        ["abs"] = Concept("labels: largest |attribution|", LabelSet.Abs),
        ["activation"] = Concept("labels: strongest activation", LabelSet.Activation),
        ["own-gradient"] = Concept("labels: gradient of the next token alone (equation 1)", LabelSet.OwnGradient),
        ["insert-only"] = Concept("inserted, not predicted (weight 0)", LabelSet.None, o => o with { ConceptWeight = 0 }),
        ["predict-only"] = Concept("predicted, not inserted", LabelSet.Plus, o => o with { Mixing = InsertionMixing.None }),
        ["add"] = Concept("added to the hidden state, not interleaved", LabelSet.Plus, o => o with { Mixing = InsertionMixing.Add }),
        ["state-l1"] = State("teacher's hidden state instead, l1", HiddenStateLoss.L1),
        [States] = State("teacher's hidden state instead, l2", HiddenStateLoss.L2),
        ["state-cosine"] = State("teacher's hidden state instead, cosine", HiddenStateLoss.Cosine),
        ["one-concept"] = Concept("one concept mixed in, not several", LabelSet.Plus, o => o with { TopConcepts = 1 }),
        ["weight-0.03"] = Concept("concept loss x 0.03", LabelSet.Plus, o => o with { ConceptWeight = 0.03 }),
        ["weight-0.3"] = Concept("concept loss x 0.3", LabelSet.Plus, o => o with { ConceptWeight = 0.3 }),
        ["labels-1"] = Concept("1 label a token", LabelSet.Plus, o => o with { LabelsPerToken = 1 }),
        ["labels-2"] = Concept("2 labels a token", LabelSet.Plus, o => o with { LabelsPerToken = 2 }),
        ["labels-8"] = Concept("8 labels a token", LabelSet.Plus, o => o with { LabelsPerToken = 8 }),
        ["shuffled"] = Concept("control: labels of other positions", LabelSet.Shuffled),
        ["frequency"] = Concept("control: random labels as frequent", LabelSet.FrequencyMatched),
        ["untrained"] = Concept("control: labels of an untrained autoencoder", LabelSet.Untrained),
        ["next-tokens"] = Concept("control: the teacher's 4 likeliest next tokens as labels", LabelSet.NextTokens),
        [NoDecay] = Concept("no weight decay on the compression", LabelSet.Plus, o => o with { DecayColumns = false }),
    };

    private static ConceptArm Plain(string title) => new(title, LabelSet.None, o => o with { Insert = null });

    private static ConceptArm Concept(
        string title, LabelSet labels, Func<ConceptPretrainOptions, ConceptPretrainOptions>? change = null) =>
        new(title, labels, change ?? (o => o)) { RateOf = Concepts };

    private static ConceptPretrainOptions Pause(ConceptPretrainOptions o) => o with { Insert = InsertedElement.Pause };

    private static ConceptArm Distilled(string title, Func<ConceptPretrainOptions, ConceptPretrainOptions> change) =>
        new(title, LabelSet.None, o => change(o) with { DistillationWeight = o.ConceptWeight }) { Matched = true, NeedsTeacher = true };

    private static ConceptArm State(string title, HiddenStateLoss loss) => new(
        title, LabelSet.None, o => o with { Insert = InsertedElement.HiddenState, StateLoss = loss, StateWeight = o.ConceptWeight })
        { RateOf = States, NeedsTeacher = true };
}

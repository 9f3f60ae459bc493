using Microsoft.ML.SearchSpace;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Training;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Options of pre-training with concepts (Tack et al. 2025) and of what it is compared with: a pause, a teacher's distribution, a teacher's
/// hidden state, or the next token alone. Defaults are the paper's where it names them.
/// </summary>
public sealed record ConceptPretrainOptions : TrainingOptions
{
    /// <summary>Step size of AdamW at the top of its schedule.</summary>
    /// <value>0.001.</value>
    [Range(1e-4, 1e-2, 1e-3, logBase: true)]
    public override double LearningRate { get; init; } = 1e-3;

    /// <summary>Standard deviation of the initial matrices and embeddings; above 0.</summary>
    /// <value>0.02.</value>
    public double InitialDeviation { get; init; } = TransformerModel.UsualInitialDeviation;

    /// <summary>Which models to keep along the run; <see cref="ModelSnapshots.Open"/> finds them.</summary>
    /// <value>null: none.</value>
    public SnapshotOptions? Snapshots { get; init; }

    /// <summary>What is inserted; null = nothing: next-token prediction, or distillation where its weight is above 0.</summary>
    /// <value>Concept.</value>
    public InsertedElement? Insert { get; init; } = InsertedElement.Concept;

    /// <summary>p: the block, from 0, before which elements are made and inserted.</summary>
    /// <value>2.</value>
    public int Layer { get; init; } = 2;

    /// <summary>How elements enter; None predicts them alone.</summary>
    /// <value>Interleave.</value>
    public InsertionMixing Mixing { get; init; } = InsertionMixing.Interleave;

    /// <summary>C: concepts to predict; 0 = as many as the labels have.</summary>
    /// <value>0.</value>
    public int Concepts { get; init; }

    /// <summary>K: predicted concepts that make an element; 1 to the number of concepts.</summary>
    /// <value>32.</value>
    [Range(4, 64, 32)]
    public int TopConcepts { get; init; } = 32;

    /// <summary>λ: weight of the concept loss beside the next token's; 0 inserts without labels. 0 or more.</summary>
    /// <value>0.1.</value>
    [Range(0.01, 1.0, 0.1, logBase: true)]
    public double ConceptWeight { get; init; } = 0.1;

    /// <summary>Which kind of labels to take where a cache of several is given.</summary>
    /// <value>Plus.</value>
    public ConceptLabelKind Labels { get; init; } = ConceptLabelKind.Plus;

    /// <summary>K_a: how many labels of a position to learn, the best first; 1 to what the labels have.</summary>
    /// <value>4.</value>
    public int LabelsPerToken { get; init; } = 4;

    /// <summary>
    /// Whether weight decay acts on the columns of W_c too, as in the released code. A column that is never chosen gets no gradient, so
    /// decay alone makes it small: without it, small columns are learned ones.
    /// </summary>
    /// <value>true.</value>
    public bool DecayColumns { get; init; } = true;

    /// <summary>Weight of KL(teacher ‖ model) beside the next token's loss, temperature 1; 0 or more. The paper's is 0.1.</summary>
    /// <value>0.</value>
    public double DistillationWeight { get; init; }

    /// <summary>How far a predicted hidden state is from the teacher's.</summary>
    /// <value>L2.</value>
    public HiddenStateLoss StateLoss { get; init; } = HiddenStateLoss.L2;

    /// <summary>Weight of that loss beside the next token's; 0 or more. The paper does not give it.</summary>
    /// <value>0.1, as for concepts.</value>
    public double StateWeight { get; init; } = 0.1;

    /// <summary>The teacher's hidden states to predict are those after this many of its blocks; null = half of them, rounded up.</summary>
    /// <value>null.</value>
    public int? StateLayer { get; init; }

    /// <summary>Whether a concept loss takes part.</summary>
    internal bool LearnsConcepts => Insert == InsertedElement.Concept && ConceptWeight > 0;

    /// <summary>Whether the teacher runs at every step.</summary>
    internal bool NeedsTeacher => DistillationWeight > 0 || Insert == InsertedElement.HiddenState;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults().Concat(Snapshots?.Faults() ?? [])) yield return fault;
        if (CompletionColumn is not null || TokenColumns is not null)
            yield return "CompletionColumn or TokenColumns is set; pre-training with concepts reads packed text. Leave both null.";
        if (!(InitialDeviation > 0 && double.IsFinite(InitialDeviation)))
            yield return $"InitialDeviation is {InitialDeviation}; expected above 0.";
        if (Insert is { } insert && !Enum.IsDefined(insert))
            yield return $"Insert is {insert}; expected {Names<InsertedElement>()}, or null.";
        if (Layer < 0) yield return $"Layer is {Layer}; expected 0 or more.";
        if (!Enum.IsDefined(Mixing)) yield return $"Mixing is {Mixing}; expected {Names<InsertionMixing>()}.";
        if (Concepts < 0) yield return $"Concepts is {Concepts}; expected 0 or more.";
        if (TopConcepts < 1) yield return $"TopConcepts is {TopConcepts}; expected 1 or more.";
        if (!(ConceptWeight >= 0 && double.IsFinite(ConceptWeight))) yield return $"ConceptWeight is {ConceptWeight}; expected 0 or more.";
        if (!Enum.IsDefined(Labels)) yield return $"Labels is {Labels}; expected {Names<ConceptLabelKind>()}.";
        if (LabelsPerToken < 1) yield return $"LabelsPerToken is {LabelsPerToken}; expected 1 or more.";
        if (!(DistillationWeight >= 0 && double.IsFinite(DistillationWeight)))
            yield return $"DistillationWeight is {DistillationWeight}; expected 0 or more.";
        if (!Enum.IsDefined(StateLoss)) yield return $"StateLoss is {StateLoss}; expected {Names<HiddenStateLoss>()}.";
        if (!(StateWeight >= 0 && double.IsFinite(StateWeight))) yield return $"StateWeight is {StateWeight}; expected 0 or more.";
        if (StateLayer < 0) yield return $"StateLayer is {StateLayer}; expected 0 or more, or null.";
    }

    private static string Names<TEnum>() where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}

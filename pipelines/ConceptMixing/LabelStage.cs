using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>How a set of labels is spread over concepts.</summary>
/// <param name="Labels">Which.</param>
/// <param name="Split">Of which text.</param>
/// <param name="PerPosition">Labels of a labelled position, on average.</param>
/// <param name="Concepts">Concepts used at all.</param>
/// <param name="EffectiveConcepts">e to the entropy of the labels.</param>
/// <param name="LargestShare">Share of the labelled positions that have the most frequent label.</param>
/// <param name="ActiveShare">Share of the labels that are active concepts; null where that means nothing.</param>
/// <param name="TeacherLoss">The teacher's loss on the text, nats.</param>
internal sealed record LabelResult(
    LabelSet Labels, TextSplit Split, double PerPosition, int Concepts, double EffectiveConcepts, double LargestShare, double? ActiveShare,
    double? TeacherLoss);

/// <summary>
/// Labels the students' text once for all arms: everything that one backward pass gives side by side, the gradient of equation 1 and the
/// untrained autoencoder in folders of their own. Controls by shuffling and drawing are made of these without a copy.
/// </summary>
internal sealed class LabelStage(
    MLContext ml, string name, IReadOnlyList<StudyOptions> studies, int storedLabels, int sequenceLength, ConceptTeacher teacher,
    AutoencoderStage autoencoders, Corpus corpus, RunRequest request, RunContext context) : IDisposable
{
    private readonly Dictionary<string, ConceptLabels> _open = [];
    private SparseAutoencoder? _untrained;

    /// <summary>The labels of a split.</summary>
    public ConceptLabelTrack Labels(LabelSet set, TextSplit split) => set switch
    {
        LabelSet.Minus => Main(split)[ConceptLabelKind.Minus],
        LabelSet.Abs => Main(split)[ConceptLabelKind.Abs],
        LabelSet.Activation => Main(split)[ConceptLabelKind.Activation],
        LabelSet.NextTokens => Main(split)[ConceptLabelKind.NextTokens],
        LabelSet.OwnGradient => Open(
            split, "own-gradient", () => teacher,
            Options(ConceptLabelKind.Plus) with { Gradient = ConceptGradient.NextToken })[ConceptLabelKind.Plus],
        LabelSet.Untrained => Open(
            split, "untrained", Untrained, Options(ConceptLabelKind.Plus))[ConceptLabelKind.Plus],
        LabelSet.Shuffled => Main(split)[ConceptLabelKind.Plus].Shuffled(request.Seed),
        LabelSet.FrequencyMatched => Main(split)[ConceptLabelKind.Plus].FrequencyMatched(request.Seed),
        _ => Main(split)[ConceptLabelKind.Plus],
    };

    /// <summary>The first labels of a split, as many as an arm learns, and how they are spread.</summary>
    public LabelResult Measure(LabelSet set, TextSplit split, int labels)
    {
        context.Display.Stage($"the {name}'s labels {set} of {split}");
        var track = Labels(set, split);
        var metrics = track.First(labels).Metrics();
        return new LabelResult(
            set, split, metrics.LabelsPerPosition, metrics.Concepts, metrics.EffectiveConcepts, metrics.LargestShare,
            track.Metrics().ActiveShare, Main(split).TeacherLoss);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var labels in _open.Values) labels.Dispose();
        _open.Clear();
        _untrained?.Dispose();
    }

    // Validation text is labelled for its statistics alone.
    private ConceptLabels Main(TextSplit split) => Open(split, "main", () => teacher, Options(Kinds(split)));

    private ConceptLabelKind[] Kinds(TextSplit split)
    {
        if (split is TextSplit.Validation or TextSplit.ShiftValidation) return [ConceptLabelKind.Plus];
        var sets = studies.Where(study => study.Shifted == (split == TextSplit.ShiftStudent)).SelectMany(study => study.Arms)
            .Select(arm => ConceptArms.Known[arm].Labels).ToHashSet();
        return
        [
            ConceptLabelKind.Plus,
            .. sets.Contains(LabelSet.Minus) ? [ConceptLabelKind.Minus] : Array.Empty<ConceptLabelKind>(),
            .. sets.Contains(LabelSet.Abs) ? [ConceptLabelKind.Abs] : Array.Empty<ConceptLabelKind>(),
            .. sets.Contains(LabelSet.Activation) ? [ConceptLabelKind.Activation] : Array.Empty<ConceptLabelKind>(),
            .. sets.Contains(LabelSet.NextTokens) ? [ConceptLabelKind.NextTokens] : Array.Empty<ConceptLabelKind>(),
        ];
    }

    private LabelConceptsOptions Options(params ConceptLabelKind[] kinds) => StageOptions.Labels(sequenceLength, storedLabels, kinds);

    private ConceptTeacher Untrained() => new(teacher.Model, _untrained ??= autoencoders.Untrained(), teacher.Layer);

    private ConceptLabels Open(TextSplit split, string kind, Func<ConceptTeacher> from, LabelConceptsOptions wanted)
    {
        var key = $"{name}-{split}-{kind}".ToLowerInvariant();
        if (_open.TryGetValue(key, out var known)) return known;
        return _open[key] = ml.Concepts().LabelConcepts(
            from(), corpus.View(split), Path.Combine(request.Out, "labels", key), wanted, context.Display, context.Cancellation);
    }
}

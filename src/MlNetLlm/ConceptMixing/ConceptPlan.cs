using MlNetLlm.LanguageModels;

namespace MlNetLlm.ConceptMixing;

/// <summary>Whether options, labels and teacher belong together, and the model that follows from them.</summary>
internal static class ConceptPlan
{
    /// <exception cref="ArgumentException">They do not; every fault is named.</exception>
    public static void Require(
        TransformerConfig config, ConceptPretrainOptions options, ConceptLabelTrack? labels, LanguageModel? teacher)
    {
        var faults = ConfigFaults(config, options).Concat(LabelFaults(options, labels)).Concat(TeacherFaults(config, options, teacher))
            .ToList();
        if (faults.Count > 0) throw new ArgumentException($"Pre-training with concepts: {string.Join(" ", faults)}");
    }

    /// <summary>The model's configuration.</summary>
    public static TransformerConfig Config(
        TransformerConfig config, ConceptPretrainOptions options, ConceptLabelTrack? labels, LanguageModel? teacher) => config with
    {
        Insertion = options.Insert is not { } element ? null : new Insertion
        {
            Layer = options.Layer, Element = element,
            Mixing = element == InsertedElement.Pause ? InsertionMixing.Interleave : options.Mixing,
            Concepts = element == InsertedElement.Concept ? Concepts(options, labels) : 0,
            TopConcepts = element == InsertedElement.Concept ? options.TopConcepts : 0,
            TargetWidth = element == InsertedElement.HiddenState ? teacher!.Config.Width : 0,
        },
    };

    /// <summary>The teacher's blocks before the hidden states to predict.</summary>
    public static int StateLayer(ConceptPretrainOptions options, LanguageModel teacher) =>
        options.StateLayer ?? (teacher.Config.Layers + 1) / 2;

    private static int Concepts(ConceptPretrainOptions options, ConceptLabelTrack? labels) =>
        options.Concepts > 0 ? options.Concepts : labels?.Concepts ?? 0;

    private static IEnumerable<string> ConfigFaults(TransformerConfig config, ConceptPretrainOptions options)
    {
        if (config.Insertion is not null)
            yield return "The configuration has an Insertion already; leave it null, the options say what is inserted.";
        if (!config.Causal)
            yield return $"'{config.Architecture}' sees the next token; take a causal model such as gpt2 or llama.";
        if (options.Insert is not null && options.Layer >= config.Layers)
            yield return $"Layer is {options.Layer}; a model of {config.Layers} layers takes 0 to {config.Layers - 1}.";
    }

    private static IEnumerable<string> LabelFaults(ConceptPretrainOptions options, ConceptLabelTrack? labels)
    {
        if (options.Insert != InsertedElement.Concept) yield break;
        if (options.LearnsConcepts && labels is null)
            yield return $"ConceptWeight is {options.ConceptWeight} but there are no labels; give labels, or set ConceptWeight to 0.";
        if (!options.LearnsConcepts && options.Mixing == InsertionMixing.None)
            yield return "ConceptWeight is 0 and Mixing is None: concepts would neither be learnt nor inserted. Set Insert to null.";
        var concepts = Concepts(options, labels);
        if (concepts == 0 && !(options.LearnsConcepts && labels is null))
            yield return "Concepts is 0 and there are no labels to take their number from; set Concepts.";
        if (concepts > 0 && options.TopConcepts > concepts)
            yield return $"TopConcepts is {options.TopConcepts}; there are {concepts} concepts.";
        if (!options.LearnsConcepts || labels is null) yield break;
        if (labels.Concepts > concepts)
            yield return $"Concepts is {options.Concepts}; the labels name {labels.Concepts}.";
        if (options.LabelsPerToken > labels.LabelsPerToken)
            yield return $"LabelsPerToken is {options.LabelsPerToken}; the labels have {labels.LabelsPerToken} a token.";
    }

    private static IEnumerable<string> TeacherFaults(TransformerConfig config, ConceptPretrainOptions options, LanguageModel? teacher)
    {
        if (!options.NeedsTeacher) yield break;
        if (teacher is null)
        {
            yield return (options.DistillationWeight > 0
                ? $"DistillationWeight is {options.DistillationWeight}" : "Insert is HiddenState") + " but there is no teacher; give one.";
            yield break;
        }
        if (!teacher.Config.Causal) yield return $"The teacher, '{teacher.Config.Architecture}', sees the next token; take a causal one.";
        if (teacher.Config.ContextLength < options.SequenceLength)
            yield return $"SequenceLength is {options.SequenceLength}; the teacher reads at most {teacher.Config.ContextLength} tokens.";
        if (options.DistillationWeight > 0 && teacher.Config.VocabularySize != config.VocabularySize)
            yield return $"The teacher has {teacher.Config.VocabularySize} tokens, the model {config.VocabularySize}: distillation needs "
                + "the same vocabulary.";
        if (options.Insert == InsertedElement.HiddenState && StateLayer(options, teacher) > teacher.Config.Layers)
            yield return $"StateLayer is {options.StateLayer}; the teacher has {teacher.Config.Layers} layers.";
    }
}

using MlNetLlm.ConceptMixing;
using MlNetLlm.HiddenStates;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Tokenization;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>The library's options of each stage. Seeds and checkpoints are set by who runs it.</summary>
internal static class StageOptions
{
    private const string StatesColumn = "Features";

    /// <summary>The vocabulary.</summary>
    public static BpeTrainerOptions Vocabulary(TextOptions text) =>
        new() { VocabularySize = text.VocabularySize, SpecialTokens = ["<|endoftext|>"], MinimumCount = 2 };

    /// <summary>A teacher's shape.</summary>
    public static TransformerConfig Teacher(TeacherOptions options, TextOptions text, int vocabularySize) => TransformerConfig.Gpt2(
        vocabularySize, options.Shape.Width, options.Shape.Layers, options.Shape.Heads, text.SequenceLength);

    /// <summary>Its training.</summary>
    public static PretrainOptions TeacherTraining(TeacherOptions options, TextOptions text)
    {
        var training = options.Training;
        var updates = training.Updates(training.Tokens, text.SequenceLength);
        return new PretrainOptions
        {
            MaxSteps = updates, BatchSize = training.BatchSize, GradientAccumulation = training.Accumulation,
            SequenceLength = text.SequenceLength, LearningRate = options.LearningRate,
            WarmupSteps = (int)(updates * training.WarmupShare), ClipNorm = training.ClipNorm, WeightDecay = training.WeightDecay,
            InitialDeviation = training.InitialDeviation, Device = training.Device,
        };
    }

    /// <summary>The hidden states that its autoencoder reads.</summary>
    public static HiddenStatesOptions States(TeacherOptions teacher) => new()
    {
        Layer = teacher.Layer, Pooling = HiddenStatePooling.All, OutputColumn = StatesColumn,
    };

    /// <summary>The autoencoder.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="teacher">Its teacher's.</param>
    /// <param name="width">Components of a hidden state.</param>
    public static SparseAutoencoderOptions Autoencoder(AutoencoderOptions options, TeacherOptions teacher, int width) => new()
    {
        Columns = new SparseCodeColumns { FeaturesColumn = StatesColumn }, Width = width,
        Latents = options.Latents, ActiveLatents = options.ActiveLatents,
        LearningRate = options.LearningRate, BatchSize = options.BatchSize,
        MaxRows = options.MaxRows, Device = teacher.Training.Device,
    };

    /// <summary>Labels of a text.</summary>
    public static LabelConceptsOptions Labels(int sequenceLength, int storedLabels, params ConceptLabelKind[] kinds) => new()
    {
        SequenceLength = sequenceLength, LabelsPerToken = storedLabels, Kinds = kinds, BatchWindows = 32,
    };

    /// <summary>A student's shape.</summary>
    public static TransformerConfig Student(StudyOptions study, string arm, TextOptions text, int vocabularySize) =>
        TransformerConfig.Gpt2(
            vocabularySize, ConceptArms.Known[arm].Matched ? study.MatchedWidth : study.Shape.Width, study.Shape.Layers,
            study.Shape.Heads, text.SequenceLength);

    /// <summary>A student's training, but for how long and at which rate.</summary>
    /// <param name="study">The study.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="text">The text's options.</param>
    /// <param name="stateLayer">The teacher's layer that concepts are of.</param>
    /// <param name="concepts">Concepts there are.</param>
    public static ConceptPretrainOptions StudentTraining(StudyOptions study, string arm, TextOptions text, int stateLayer, int concepts) =>
        ConceptArms.Known[arm].Change(new ConceptPretrainOptions
        {
            BatchSize = study.Training.BatchSize, GradientAccumulation = study.Training.Accumulation,
            SequenceLength = text.SequenceLength, ClipNorm = study.Training.ClipNorm, WeightDecay = study.Training.WeightDecay,
            InitialDeviation = study.Training.InitialDeviation, Device = study.Training.Device, Layer = study.Insertion,
            TopConcepts = study.MixedConcepts, LabelsPerToken = study.Labels, ConceptWeight = study.Weight, StateLayer = stateLayer,
            Concepts = concepts,
        });

    /// <summary>The same for so many tokens at a rate.</summary>
    public static ConceptPretrainOptions For(this ConceptPretrainOptions training, StudyOptions study, long tokens, double rate)
    {
        var updates = study.Training.Updates(tokens, training.SequenceLength);
        return training with
        {
            LearningRate = rate, MaxSteps = updates, WarmupSteps = (int)(updates * study.Training.WarmupShare),
            EvaluateEvery = Math.Max(1, updates / study.CurvePoints),
        };
    }

    /// <summary>How a model's loss on a text is read.</summary>
    public static PretrainOptions Reading(TextOptions text, string device) =>
        new() { SequenceLength = text.SequenceLength, BatchSize = 32, Device = device };
}

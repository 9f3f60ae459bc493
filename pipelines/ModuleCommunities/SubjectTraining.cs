using MlNetLlm.CommunityTuning;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pretraining;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The library's options of what the experiment trains and measures. Seeds, owners and modules are set by who runs it.</summary>
internal static class SubjectTraining
{
    /// <summary>A model's shape.</summary>
    public static TransformerConfig Shape(ModelOptions shape, int layers) => TransformerConfig.Llama(
        SkillVocabulary.Tokenizer.VocabularySize, shape.Width, layers, shape.Heads, SkillQuestion.LongestTokens,
        feedForwardWidth: shape.FeedForwardWidth) with { TiedHead = false, RotaryBase = shape.RotaryBase };

    /// <summary>A model's training; it is validated where its options have a rule that ends it.</summary>
    public static PretrainOptions Training(ModelOptions shape, int steps, string device) => new()
    {
        TokenColumns = shape.LearnWholeRows ? SkillData.WholeRows : SkillData.Tokens,
        MaxSteps = steps,
        BatchSize = shape.BatchSize,
        SequenceLength = SkillQuestion.LongestTokens,
        LearningRate = shape.LearningRate,
        WarmupSteps = shape.WarmupSteps,
        FinalLearningRateShare = 0.05,
        WeightDecay = 0.01,
        Beta2 = 0.98,
        InitialDeviation = shape.InitialScale / Math.Sqrt(shape.Width),
        EvaluateEvery = steps > 0 && shape.StopAccuracy < 1 ? shape.LookEvery : 0,
        Device = device,
    };

    /// <summary>Importances on the first half of the calibration questions.</summary>
    public static ImportanceOptions Importance(NetworkOptions options, int seed) =>
        new() { RowsPerDataSet = options.CalibrationQuestions / 2, Seed = seed };

    /// <summary>A fine-tuning of a regime.</summary>
    public static CommunityTuningOptions Tuning(TuningOptions options, ModuleRegime regime, double rate, string device) => new()
    {
        TokenColumns = SkillData.Tokens,
        Regime = regime,
        MaxSteps = regime == ModuleRegime.None ? 0 : options.Steps,
        BatchSize = options.BatchSize,
        SequenceLength = SkillQuestion.LongestTokens,
        LearningRate = rate,
        Beta2 = 0.98,
        Device = device,
    };
}

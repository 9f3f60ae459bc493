using MlNetLlm.EmbeddingReset;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.TaskAdaptation;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The library's options of each stage, from those of a section. Seeds and a task's columns are set by who runs it.</summary>
internal static class StageOptions
{
    /// <summary>The body's shape.</summary>
    public static TransformerConfig Body(SectionOptions section, int vocabularySize) => TransformerConfig.Roberta(
        vocabularySize, section.Body.Width, section.Body.Layers, section.Body.Heads, section.Body.SequenceLength)
        with { Dropout = section.Body.Dropout };

    /// <summary>Stage 1, an arm's.</summary>
    public static PretrainOptions Pretraining(SectionOptions section, string arm, double rateScale)
    {
        var p = section.Pretraining;
        return new PretrainOptions
        {
            MaxSteps = arm == ResetArms.RandomBody ? 0 : p.Updates,
            BatchSize = p.BatchSize,
            GradientAccumulation = p.Accumulation,
            Device = section.Device,
            SequenceLength = section.Body.SequenceLength,
            LearningRate = p.LearningRate,
            Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
            WarmupSteps = (int)(p.Updates * p.WarmupShare),
            WarmupFromZero = true,
            ClipNorm = ResetArms.Clips(arm) ? p.ClipNorm : 0,
            WeightDecay = p.WeightDecay,
            Beta2 = 0.98,
            Epsilon = 1e-6,
            Reset = arm == ResetArms.RandomBody ? null : ResetArms.Reset(arm, p.Updates, p.Episodes, rateScale),
        };
    }

    /// <summary>Stage 2.</summary>
    public static AdaptToTaskOptions Task(SectionOptions section) => new()
    {
        TruncateLongRows = true,
        MaxSteps = section.Task.Updates,
        BatchSize = section.Task.BatchSize,
        Device = section.Device,
        SequenceLength = section.Body.SequenceLength,
        LearningRate = section.Task.LearningRate,
        Schedule = Schedule.Linear,
        FinalLearningRateShare = 0,
        WarmupSteps = section.Task.Updates / 16,
        ClipNorm = 1,
        Beta2 = 0.98,
    };

    /// <summary>Stage 3.</summary>
    public static RelearnEmbeddingsOptions Relearning(SectionOptions section)
    {
        var r = section.Relearning;
        return new RelearnEmbeddingsOptions
        {
            MaxSteps = r.Updates,
            BatchSize = r.BatchSize,
            GradientAccumulation = r.Accumulation,
            Device = section.Device,
            SequenceLength = section.Body.SequenceLength,
            LearningRate = r.LearningRate,
            Schedule = Schedule.Linear,
            FinalLearningRateShare = 0,
            WarmupSteps = (int)(r.Updates * r.WarmupShare),
            ClipNorm = 0,
            WeightDecay = 0.01,
            Beta2 = 0.98,
            Epsilon = 1e-6,
        };
    }
}

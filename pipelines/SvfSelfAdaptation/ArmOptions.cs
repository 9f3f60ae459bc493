using MlNetLlm.Adapters;
using MlNetLlm.FineTuning;
using MlNetLlm.Lora;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>The library's options of each arm of the main job.</summary>
internal static class ArmOptions
{
    /// <summary>The arms there are.</summary>
    public static IReadOnlyList<string> Names { get; } = ["svf-mlp", "svf-attention", "svf-all", "lora-1", "lora-16", "full"];

    /// <summary>The options that an arm trains with.</summary>
    /// <param name="arm">Its name.</param>
    /// <param name="rate">Its learning rate.</param>
    /// <param name="options">What all arms share.</param>
    /// <param name="seed">The run's seed.</param>
    /// <exception cref="ArgumentException">There is no such arm.</exception>
    public static TrainingOptions Of(string arm, double rate, SvfExperimentOptions options, int seed)
    {
        TrainingOptions method = arm switch
        {
            "svf-mlp" => new SvfOptions { LearningRate = rate, Modules = ModuleSet.Mlp },
            "svf-attention" => new SvfOptions { LearningRate = rate, Modules = ModuleSet.Attention },
            "svf-all" => new SvfOptions { LearningRate = rate, Modules = ModuleSet.All },
            "lora-1" => new LoraOptions { LearningRate = rate, Rank = 1 },
            "lora-16" => new LoraOptions { LearningRate = rate, Rank = 16 },
            "full" => new FullOptions { LearningRate = rate },
            _ => throw new ArgumentException($"Unknown arm '{arm}'. Known: {string.Join(", ", Names)}."),
        };
        return method with
        {
            MaxTokens = options.MaxTokens, BatchSize = options.BatchSize, SequenceLength = options.SequenceLength, Seed = seed,
            Device = options.Device,
        };
    }
}

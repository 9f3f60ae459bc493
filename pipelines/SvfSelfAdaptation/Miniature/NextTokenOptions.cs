namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>How the baselines learn from written answers.</summary>
public sealed record NextTokenOptions
{
    /// <summary>Learning rates of LoRA to choose from on validation, as many as SVF has.</summary>
    /// <value>0.001, 0.003.</value>
    public IReadOnlyList<double> LoraRates { get; init; } = [1e-3, 3e-3];

    /// <summary>Learning rate of SVF with the next-token loss.</summary>
    /// <value>0.03.</value>
    public double SvfRate { get; init; } = 0.03;

    /// <summary>Learning rate of full fine-tuning.</summary>
    /// <value>0.0003.</value>
    public double FullRate { get; init; } = 3e-4;

    /// <summary>Steps, as many prompts each as a reinforcement iteration.</summary>
    /// <value>80.</value>
    public int Steps { get; init; } = 80;
}

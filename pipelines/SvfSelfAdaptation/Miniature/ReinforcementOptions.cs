namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>How experts learn from rewards.</summary>
public sealed record ReinforcementOptions
{
    /// <summary>Learning rates of SVF to choose from on validation, with a seed of their own.</summary>
    /// <value>0.01, 0.03.</value>
    public IReadOnlyList<double> SvfRates { get; init; } = [0.01, 0.03];

    /// <summary>Iterations: one batch of prompts, one step.</summary>
    /// <value>80.</value>
    public int Iterations { get; init; } = 80;

    /// <summary>Prompts an iteration.</summary>
    /// <value>64.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Iterations between two looks at the validation questions.</summary>
    /// <value>10.</value>
    public int EvaluateEvery { get; init; } = 10;

    /// <summary>Reward of a wrong answer.</summary>
    /// <value>-1.</value>
    public double RewardWrong { get; init; } = -1;

    /// <summary>λ of the divergence from the base model.</summary>
    /// <value>0.</value>
    public double KlWeight { get; init; }

    /// <summary>Temperature of the answers that are rewarded; 0 = greedy, as in the released code.</summary>
    /// <value>1.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>Whether the mean reward of a batch is taken off.</summary>
    /// <value>false, as in the paper.</value>
    public bool BatchMeanBaseline { get; init; }

    /// <summary>Norm that the gradient is cut at.</summary>
    /// <value>0.001, the paper's.</value>
    public double ClipNorm { get; init; } = 1e-3;
}

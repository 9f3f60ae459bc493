namespace MlNetLlm.Training;

/// <summary>The numbers of one AdamW step.</summary>
internal readonly struct AdamWRule
{
    /// <param name="options">β₁, β₂, ε.</param>
    /// <param name="rate">η.</param>
    /// <param name="decay">λ.</param>
    /// <param name="step">t, counted from 1.</param>
    public AdamWRule(TrainingOptions options, double rate, double decay, long step)
    {
        (Beta1, Beta2, Epsilon) = (options.Beta1, options.Beta2, options.Epsilon);
        Shrink = 1 - rate * decay;
        Stride = rate / (1 - Math.Pow(options.Beta1, step));
        Correction = Math.Sqrt(1 - Math.Pow(options.Beta2, step));
    }

    /// <summary>β₁.</summary>
    public double Beta1 { get; }

    /// <summary>β₂.</summary>
    public double Beta2 { get; }

    /// <summary>ε.</summary>
    public double Epsilon { get; }

    /// <summary>1 - η λ.</summary>
    public double Shrink { get; }

    /// <summary>η / (1 - β₁ᵗ).</summary>
    public double Stride { get; }

    /// <summary>√(1 - β₂ᵗ).</summary>
    public double Correction { get; }
}

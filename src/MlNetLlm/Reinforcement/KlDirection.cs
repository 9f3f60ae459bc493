namespace MlNetLlm.Reinforcement;

/// <summary>From which of the two distributions the divergence between policy π and reference π₀ is taken.</summary>
public enum KlDirection
{
    /// <summary>KL(π ‖ π₀) = Σ π log(π / π₀), as printed in the Transformer² paper (equation 1).</summary>
    PolicyToReference,

    /// <summary>KL(π₀ ‖ π) = Σ π₀ log(π₀ / π), as in the code released with the paper.</summary>
    ReferenceToPolicy,
}

namespace MlNetLlm.Probes;

/// <summary>What makes an evaluation on validation rows the best so far.</summary>
public enum ProbeSelection
{
    /// <summary>More rows right; of equals the lower loss.</summary>
    Accuracy,

    /// <summary>A lower cross-entropy: the measure for code lengths.</summary>
    Loss,
}

namespace MlNetLlm.Importance;

/// <summary>Whether absolute values are taken before or after gradients are summed over examples.</summary>
public enum GradientSum
{
    /// <summary>Before: mean over examples of |w · g_k|. Examples that pull a weight in opposite directions add up.</summary>
    PerExample,

    /// <summary>After: |w · mean g_k|. Examples that pull a weight in opposite directions cancel.</summary>
    Summed,
}

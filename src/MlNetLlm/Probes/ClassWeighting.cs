namespace MlNetLlm.Probes;

/// <summary>How the classes' rows count in a probe's loss.</summary>
public enum ClassWeighting
{
    /// <summary>Every row counts the same.</summary>
    Equal,

    /// <summary>Every class counts the same: a row by rows / (classes x rows of its class).</summary>
    Balanced,

    /// <summary>By the weights in the options.</summary>
    Given,
}

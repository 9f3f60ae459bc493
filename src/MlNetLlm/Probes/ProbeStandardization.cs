namespace MlNetLlm.Probes;

/// <summary>The rows whose statistics standardise a probe's features.</summary>
public enum ProbeStandardization
{
    /// <summary>The training rows.</summary>
    Train,

    /// <summary>The validation rows, which must then be given.</summary>
    Validation,

    /// <summary>None: features are taken as they are.</summary>
    None,
}

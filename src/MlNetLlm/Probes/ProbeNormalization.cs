namespace MlNetLlm.Probes;

/// <summary>What follows the ReLU of a probe's hidden layer.</summary>
public enum ProbeNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Batch normalisation (Ioffe and Szegedy 2015) with learned gain and shift, running statistics of momentum 0.1.</summary>
    Batch,

    /// <summary>Layer normalisation (Ba and others 2016) with learned gain and shift.</summary>
    Layer,
}

namespace MlNetLlm.Traces;

/// <summary>Whose programs a trace data set runs.</summary>
public enum TracePrograms
{
    /// <summary>What the model itself writes, greedily: the paper's way. A weak model writes few different ones.</summary>
    Written,

    /// <summary>
    /// The reference programs, forced on the model: the same traces at every snapshot, so that snapshots can be compared.
    /// </summary>
    Reference,
}

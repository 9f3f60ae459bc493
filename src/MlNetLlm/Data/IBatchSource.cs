namespace MlNetLlm.Data;

/// <summary>An endless supply of batches that can continue where it was.</summary>
public interface IBatchSource
{
    /// <summary>How many batches were handed out. Setting it makes <see cref="Next"/> go on from there, as if they had been.</summary>
    long Position { get; set; }

    /// <summary>How many counted tokens a batch has on average.</summary>
    double TokensPerBatch { get; }

    /// <summary>Identifies data and order: equal for equal batches.</summary>
    string Fingerprint { get; }

    /// <summary>Makes the next batch.</summary>
    /// <returns>A batch on the CPU; the caller disposes of it.</returns>
    TokenBatch Next();
}

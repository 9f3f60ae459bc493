namespace MlNetLlm.Pruning;

/// <summary>What structured pruning takes away.</summary>
public enum PruneScheme
{
    /// <summary>
    /// Parts of single layers: attention heads (rows of query, key and value with columns of output) and hidden units of the feed-forward
    /// part (rows of gate and up with columns of down).
    /// </summary>
    Block,

    /// <summary>Components of the residual stream, from every matrix, embedding, norm and head of the model together.</summary>
    Channel,
}

namespace MlNetLlm.EmbeddingReset;

/// <summary>What is reset: the embeddings, or in a control experiment something else.</summary>
public enum ResetTarget
{
    /// <summary>The token embeddings, and with them a tied output matrix; an untied one too.</summary>
    Embeddings,

    /// <summary>The last block.</summary>
    LastLayer,

    /// <summary>What stands between the last block and the output matrix: the head's transformation.</summary>
    HeadTransform,

    /// <summary>One weight matrix of a block, drawn by the seed.</summary>
    RandomMatrix,
}

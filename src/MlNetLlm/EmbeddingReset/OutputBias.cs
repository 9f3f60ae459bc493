namespace MlNetLlm.EmbeddingReset;

/// <summary>What becomes of the output bias, which has one number a token, when embeddings are learnt for another vocabulary.</summary>
public enum OutputBias
{
    /// <summary>Starts at 0 and is learnt with the embeddings.</summary>
    Trained,

    /// <summary>Stays at 0.</summary>
    Zero,

    /// <summary>Stays the body's, as in the released code; sensible only where both vocabularies are in order of frequency.</summary>
    Kept,
}

namespace MlNetLlm.SparseAutoencoders;

/// <summary>What the vector column of an encoded hidden state holds.</summary>
public enum SparseCodeOutput
{
    /// <summary>The activation of every latent, nearly all 0: features for any ML.NET trainer.</summary>
    Activations,

    /// <summary>The hidden state that the active latents give back.</summary>
    Reconstruction,
}

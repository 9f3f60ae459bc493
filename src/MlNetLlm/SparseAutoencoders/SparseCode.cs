namespace MlNetLlm.SparseAutoencoders;

/// <summary>A hidden state as its active latents: h ≈ s · (b + Σ cᵢ wᵢ) + μ.</summary>
/// <param name="Latents">i: the active latents' numbers, the strongest first.</param>
/// <param name="Strengths">cᵢ: their activations, all above 0.</param>
/// <param name="Mean">μ: mean of the hidden state.</param>
/// <param name="Deviation">s: its deviation (divisor d − 1).</param>
public sealed record SparseCode(IReadOnlyList<int> Latents, IReadOnlyList<float> Strengths, float Mean, float Deviation)
{
    /// <summary>A latent's activation; 0 where it is not active.</summary>
    /// <param name="latent">Its number.</param>
    public float StrengthOf(int latent)
    {
        for (var i = 0; i < Latents.Count; i++)
            if (Latents[i] == latent) return Strengths[i];
        return 0;
    }
}

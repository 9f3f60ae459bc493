namespace MlNetLlm.Reinforcement;

/// <summary>What was seen of a policy at the places of its answers.</summary>
/// <param name="Kl">Divergence between policy and reference, summed over places, in nats; 0 where there was no reference.</param>
/// <param name="Entropy">The policy's entropy, summed over places, in nats.</param>
/// <param name="Places">How many places.</param>
public sealed record PolicySums(double Kl, double Entropy, long Places);

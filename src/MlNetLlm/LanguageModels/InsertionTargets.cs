using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>What a pass's inserted elements are to predict, and how far they are from it.</summary>
internal sealed class InsertionTargets
{
    /// <summary>(batch · time · K_a): each position's concepts, −1 where there are fewer; null = none are learnt.</summary>
    public int[]? Labels { get; init; }

    /// <summary>(batch, time, d_T): the teacher's normalised hidden states, or null.</summary>
    public Tensor? States { get; init; }

    /// <summary>From a prediction (n, d_T) and the teacher's states (n, d_T) to a loss a position, (n).</summary>
    public Func<Tensor, Tensor, Tensor>? StateLoss { get; init; }

    /// <summary>The loss summed over positions, a scalar with a graph, after the pass; null before it, or with nothing to learn.</summary>
    public Tensor? Loss { get; set; }

    /// <summary>Brings the loss out of the scope that ends now.</summary>
    internal void MoveToOuterDisposeScope() => Loss?.MoveToOuterDisposeScope();
}

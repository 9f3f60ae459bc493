using MlNetLlm.SparseAutoencoders;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Hidden states without their scale: u = (h − μ) / (s + ε) with μ and s the mean and deviation (divisor d − 1) of each, both of which keep
/// their gradients. The space autoencoders work in too (<see cref="HiddenStateNormalization"/>).
/// </summary>
/// <param name="Value">u, (n, d).</param>
/// <param name="Mean">μ, (n, 1).</param>
/// <param name="Deviation">s, (n, 1).</param>
internal sealed record NormalizedState(Tensor Value, Tensor Mean, Tensor Deviation)
{
    /// <summary>Normalises.</summary>
    /// <param name="hidden">h, (…, d); n counts the vectors.</param>
    public static NormalizedState Of(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        var d = hidden.size((int)hidden.dim() - 1);
        var h = hidden.reshape(-1, d);                                                                  // (n, d)
        var mean = h.mean([1], keepdim: true);                                                          // (n, 1)
        var centred = h - mean;
        var deviation = (centred.square().sum(1, keepdim: true) / (d - 1)).sqrt();                      // (n, 1)
        var value = centred / (deviation + HiddenStateNormalization.Epsilon);
        return new(value.MoveToOuterDisposeScope(), mean.MoveToOuterDisposeScope(), deviation.MoveToOuterDisposeScope());
    }

    /// <summary>s y + μ.</summary>
    /// <param name="y">(n, d).</param>
    public Tensor Undo(Tensor y) => (Deviation * y).add_(Mean);
}

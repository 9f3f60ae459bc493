using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// The concept block of a student (Tack et al. 2025, sections 3 and 4; released code). Per hidden state h with mean μ and deviation s
/// (divisor d − 1): x = (h − μ)/(s + ε) − β, z = W_p x + b_p, S = the K largest of z, y = b_c + β + Σ_{i∈S} zᵢ (W_c)ᵢ, ĉ = s y + μ.
/// </summary>
/// <remarks>
/// The paper writes ĉ = W TopK(z) + b; normalising and β are in the code alone. μ and s keep their gradients. With W_c, b_c and β 0 the
/// continuous concept is μ and not 0: it is still inserted.
/// </remarks>
internal sealed class ConceptBlock : Module
{
    /// <summary>ε.</summary>
    public const double Epsilon = 1e-5;

    /// <summary>The deviation of new weights.</summary>
    public const double InitialDeviation = 0.02;

    /// <param name="width">d.</param>
    /// <param name="concepts">C.</param>
    /// <param name="k">K.</param>
    /// <param name="init">Draws W_p and W_c from N(0, 0.02²); all else is 0.</param>
    public ConceptBlock(int width, int concepts, int k, Generator init)
        : base(nameof(ConceptBlock))
    {
        K = k;
        Head = new Parameter(randn(concepts, width, generator: init) * InitialDeviation);
        HeadBias = new Parameter(zeros(concepts));
        Columns = new Parameter(randn(concepts, width, generator: init) * InitialDeviation);
        ColumnBias = new Parameter(zeros(width));
        Shift = new Parameter(zeros(width));
        RegisterComponents();
    }

    /// <summary>K.</summary>
    public int K { get; }

    /// <summary>W_p, (C, d).</summary>
    [field: ComponentName(Name = "head")]
    public Parameter Head { get; }

    /// <summary>b_p, (C).</summary>
    [field: ComponentName(Name = "head_bias")]
    public Parameter HeadBias { get; }

    /// <summary>W_cᵀ, (C, d): a concept's column is a row here, so that a token touches K rows.</summary>
    [field: ComponentName(Name = "columns")]
    public Parameter Columns { get; }

    /// <summary>b_c, (d).</summary>
    [field: ComponentName(Name = "column_bias")]
    public Parameter ColumnBias { get; }

    /// <summary>β, (d).</summary>
    [field: ComponentName(Name = "shift")]
    public Parameter Shift { get; }

    /// <summary>Predicts concepts and compresses the K most probable into one vector.</summary>
    /// <param name="hidden">h, (batch, time, d).</param>
    /// <param name="labels">(batch · time · K_a): each position's concepts, −1 where there are fewer; null = no concept loss.</param>
    /// <returns>ĉ, (batch, time, d), and the concept loss summed over labelled positions, a scalar.</returns>
    public (Tensor Concept, Tensor Loss) Forward(Tensor hidden, int[]? labels)
    {
        using var scope = NewDisposeScope();
        var d = hidden.size(2);
        var h = hidden.reshape(-1, d);                                                                  // (n, d)
        var mean = h.mean([1], keepdim: true);                                                          // (n, 1)
        var centred = h - mean;
        var deviation = (centred.square().sum(1, keepdim: true) / (d - 1)).sqrt();                      // (n, 1)
        var x = centred / (deviation + Epsilon) - Shift;                                                // (n, d)
        var (values, places, loss) = ConceptLoss.Of(x.contiguous(), Head, HeadBias, labels, K);         // (n, K), (n, K)
        var chosen = Columns.index_select(0, places.reshape(-1)).view(-1, K, d);                        // (n, K, d)
        var mixed = values.unsqueeze(1).bmm(chosen).squeeze(1);                                         // (n, d)
        var concept = deviation * (mixed + ColumnBias + Shift) + mean;
        return (concept.view(hidden.shape).MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    /// <summary>h₁, ĉ₁, h₂, ĉ₂, …: each concept right behind its token.</summary>
    /// <param name="hidden">(batch, time, d).</param>
    /// <param name="concepts">(batch, time, d).</param>
    /// <returns>(batch, 2 time, d).</returns>
    public static Tensor Interleave(Tensor hidden, Tensor concepts)
    {
        using var scope = NewDisposeScope();
        return stack([hidden, concepts], 2).view(hidden.size(0), 2 * hidden.size(1), hidden.size(2)).MoveToOuterDisposeScope();
    }

    /// <summary>The concept slots, which predict the next token: slot 1, 3, 5, … of an interleaved sequence.</summary>
    /// <param name="interleaved">(batch, 2 time, d).</param>
    /// <returns>(batch, time, d).</returns>
    public static Tensor ConceptSlots(Tensor interleaved) => Slots(interleaved, 1);

    /// <summary>The token slots: 0, 2, 4, ….</summary>
    /// <param name="interleaved">(batch, 2 time, d).</param>
    /// <returns>(batch, time, d).</returns>
    public static Tensor TokenSlots(Tensor interleaved) => Slots(interleaved, 0);

    private static Tensor Slots(Tensor interleaved, long which)
    {
        using var scope = NewDisposeScope();
        return interleaved.view(interleaved.size(0), interleaved.size(1) / 2, 2, interleaved.size(2)).select(2, which)
            .MoveToOuterDisposeScope();
    }
}

using MlNetLlm.LanguageModels;
using MlNetLlm.SparseAutoencoders;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// The concept block of a student (Tack et al. 2025, sections 3 and 4; released code). Per hidden state h with mean μ and deviation s
/// (divisor d − 1): x = (h − μ)/(s + ε) − β, z = W_p x + b_p, S = the K largest of z, y = b_c + β + Σ_{i∈S} zᵢ (W_c)ᵢ, ĉ = s y + μ.
/// </summary>
/// <remarks>
/// The paper writes ĉ = W TopK(z) + b; normalising and β are in the code alone. μ and s keep their gradients. With W_c, b_c and β 0 the
/// continuous concept is μ and not 0: it is still inserted.
/// </remarks>
internal sealed class ConceptBlock : InsertedBlock
{
    /// <summary>Activation: the numbers of the K largest logits, (batch, time, K) int64.</summary>
    public const string ConceptsName = "insertion.concepts";

    /// <summary>Activation: these logits, (batch, time, K).</summary>
    public const string LogitsName = "insertion.logits";

    /// <summary>ε.</summary>
    public const double Epsilon = HiddenStateNormalization.Epsilon;

    /// <param name="weights">Gives W_p and W_c as matrices, all else as biases.</param>
    /// <param name="path">The block's name in the model.</param>
    /// <param name="width">d.</param>
    /// <param name="concepts">C.</param>
    /// <param name="k">K.</param>
    /// <param name="inserts">Whether predictions are compressed and inserted; otherwise there is no W_c.</param>
    public ConceptBlock(WeightSource weights, string path, int width, int concepts, int k, bool inserts = true)
        : base(nameof(ConceptBlock))
    {
        K = k;
        Head = weights.Take($"{path}.head", WeightRole.Matrix, concepts, width);
        HeadBias = weights.Take($"{path}.head_bias", WeightRole.Bias, concepts);
        Shift = weights.Take($"{path}.shift", WeightRole.Bias, width);
        if (inserts)
        {
            Columns = weights.Take($"{path}.columns", WeightRole.Matrix, concepts, width);
            ColumnBias = weights.Take($"{path}.column_bias", WeightRole.Bias, width);
        }
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

    /// <summary>W_cᵀ, (C, d): a concept's column is a row here, so that a token touches K rows. Null where nothing is inserted.</summary>
    [field: ComponentName(Name = "columns")]
    public Parameter? Columns { get; }

    /// <summary>b_c, (d); null where nothing is inserted.</summary>
    [field: ComponentName(Name = "column_bias")]
    public Parameter? ColumnBias { get; }

    /// <summary>β, (d).</summary>
    [field: ComponentName(Name = "shift")]
    public Parameter Shift { get; }

    /// <inheritdoc/>
    internal override Tensor? Forward(Tensor hidden, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var (concept, loss) = Forward(hidden, pass.Targets?.Labels, pass.Held, (name, value) =>
        {
            if (pass.IsWanted(name)) pass.ShowOnly(name, value);
        });
        if (pass.Targets is { Labels: not null } targets) targets.Loss = loss.MoveToOuterDisposeScope();
        return concept?.MoveToOuterDisposeScope();
    }

    /// <summary>Predicts concepts and compresses the K most probable into one vector.</summary>
    /// <param name="hidden">h, (batch, time, d).</param>
    /// <param name="labels">(batch · time · K_a): each position's concepts, −1 where there are fewer; null = no concept loss.</param>
    /// <param name="held">A concept whose logit is changed after the choice, or null.</param>
    /// <param name="show">Is shown the chosen concepts and their logits by name, or null.</param>
    /// <returns>ĉ, (batch, time, d), null where nothing is inserted, and the concept loss summed over labelled positions.</returns>
    public (Tensor? Concept, Tensor Loss) Forward(
        Tensor hidden, int[]? labels, HeldConcept? held = null, Action<string, Tensor>? show = null)
    {
        using var scope = NewDisposeScope();
        var state = NormalizedState.Of(hidden);
        var x = state.Value - Shift;                                                                    // (n, d)
        var (values, places, loss) = ConceptLoss.Of(x, Head, HeadBias, labels, K);                      // (n, K), (n, K)
        show?.Invoke(ConceptsName, places.view(hidden.size(0), hidden.size(1), K));
        show?.Invoke(LogitsName, values.view(hidden.size(0), hidden.size(1), K));
        if (Columns is null)
            return (null, loss.MoveToOuterDisposeScope());
        var y = ConceptMixture.Of(values, places, Columns) + (ColumnBias! + Shift);                     // (n, d)
        if (held is not null)
            y = y + Change(values, places, held);
        return (state.Undo(y).view(hidden.shape).MoveToOuterDisposeScope(), loss.MoveToOuterDisposeScope());
    }

    // What y gains when concept i's logit becomes another: (new − old) (W_c)ᵢ, old being 0 where i was not chosen.
    private Tensor Change(Tensor values, Tensor places, HeldConcept held)
    {
        var old = (values * places.eq(held.Concept).to(values.dtype)).sum(1, keepdim: true);            // (n, 1)
        var by = held.Literal ? old * (held.Value - 1) : -old + held.Value;                             // (n, 1)
        var direction = held.Direction is { } given
            ? tensor(given.ToArray(), device: values.device).to(values.dtype).view(1, -1)
            : Columns!.narrow(0, held.Concept, 1);                                                      // (1, d)
        return by * direction;
    }
}

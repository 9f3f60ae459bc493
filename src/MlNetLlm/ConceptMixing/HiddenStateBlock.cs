using MlNetLlm.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// A baseline without concepts: a network of two layers predicts the teacher's hidden state from the model's own, and its prediction is
/// compressed and inserted as concepts are (Tack et al. 2025, appendix A). With x = u − β of the normalised state u,
/// v = W₂ gelu(W₁ x + b₁) + b₂ and y = b_c + β + W_c v, the element is s y + μ.
/// </summary>
/// <remarks>
/// The paper says neither how wide the network is nor in which space states are compared: here it is as wide as the model, and the
/// teacher's states are normalised, which keeps a few large components from being all that counts.
/// </remarks>
internal sealed class HiddenStateBlock : InsertedBlock
{
    internal HiddenStateBlock(WeightSource weights, string path, int width, int target, bool inserts)
        : base(nameof(HiddenStateBlock))
    {
        Up = weights.Take($"{path}.up", WeightRole.Matrix, width, width);
        UpBias = weights.Take($"{path}.up_bias", WeightRole.Bias, width);
        Down = weights.Take($"{path}.down", WeightRole.Matrix, target, width);
        DownBias = weights.Take($"{path}.down_bias", WeightRole.Bias, target);
        Shift = weights.Take($"{path}.shift", WeightRole.Bias, width);
        if (inserts)
        {
            Columns = weights.Take($"{path}.columns", WeightRole.Matrix, target, width);
            ColumnBias = weights.Take($"{path}.column_bias", WeightRole.Bias, width);
        }
        RegisterComponents();
    }

    /// <summary>W₁, (d, d).</summary>
    [field: ComponentName(Name = "up")]
    public Parameter Up { get; }

    /// <summary>b₁, (d).</summary>
    [field: ComponentName(Name = "up_bias")]
    public Parameter UpBias { get; }

    /// <summary>W₂, (d_T, d).</summary>
    [field: ComponentName(Name = "down")]
    public Parameter Down { get; }

    /// <summary>b₂, (d_T).</summary>
    [field: ComponentName(Name = "down_bias")]
    public Parameter DownBias { get; }

    /// <summary>β, (d).</summary>
    [field: ComponentName(Name = "shift")]
    public Parameter Shift { get; }

    /// <summary>W_cᵀ, (d_T, d); null where nothing is inserted.</summary>
    [field: ComponentName(Name = "columns")]
    public Parameter? Columns { get; }

    /// <summary>b_c, (d); null where nothing is inserted.</summary>
    [field: ComponentName(Name = "column_bias")]
    public Parameter? ColumnBias { get; }

    /// <inheritdoc/>
    internal override Tensor? Forward(Tensor hidden, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        var state = NormalizedState.Of(hidden);
        var x = state.Value - Shift;                                                                    // (n, d)
        var predicted = functional.linear(functional.gelu(functional.linear(x, Up, UpBias)), Down, DownBias);   // (n, d_T)
        if (pass.Targets is { States: { } states } targets)
            targets.Loss = targets.StateLoss!(predicted, states.reshape(predicted.shape)).sum().MoveToOuterDisposeScope();
        if (Columns is null)
            return null;
        var y = predicted.matmul(Columns) + (ColumnBias! + Shift);                                      // (n, d)
        return state.Undo(y).view(hidden.shape).MoveToOuterDisposeScope();
    }
}

using MlNetLlm.LanguageModels;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// One learnable vector behind every token (Goyal et al. 2024; a baseline of Tack et al. 2025): as much room to compute in as a concept
/// takes, with nothing in it.
/// </summary>
/// <remarks>The pause stands at the layer of the concepts, not at the input, so that it costs the same.</remarks>
internal sealed class PauseBlock : InsertedBlock
{
    internal PauseBlock(WeightSource weights, string path, int width)
        : base(nameof(PauseBlock))
    {
        Pause = weights.Take($"{path}.pause", WeightRole.Embedding, width);
        RegisterComponents();
    }

    /// <summary>(d).</summary>
    [field: ComponentName(Name = "pause")]
    public Parameter Pause { get; }

    /// <inheritdoc/>
    internal override Tensor Forward(Tensor hidden, ForwardPass pass)
    {
        using var scope = NewDisposeScope();
        return Pause.view(1, 1, -1).expand(hidden.shape).MoveToOuterDisposeScope();
    }
}

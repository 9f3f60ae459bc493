using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>A learned vector an id. A parameter of its own, so that the head can be tied to it by using the very same object.</summary>
internal sealed class EmbeddingTable : nn.Module
{
    internal EmbeddingTable(WeightSource weights, string path, int rows, int width)
        : base(nameof(EmbeddingTable))
    {
        Weight = weights.Take($"{path}.weight", WeightRole.Embedding, rows, width);
        RegisterComponents();
    }

    /// <summary>(rows, width).</summary>
    [field: ComponentName(Name = "weight")]
    internal Parameter Weight { get; }

    /// <summary>(batch, time) int64 to (batch, time, width).</summary>
    internal Tensor Rows(Tensor ids)
    {
        using var scope = NewDisposeScope();
        return Weight.index_select(0, ids.reshape(-1)).view(ids.size(0), ids.size(1), Weight.size(1)).MoveToOuterDisposeScope();
    }
}

using System.Globalization;

namespace MlNetLlm.Checkpoints;

/// <summary>How one tensor of a checkpoint holds one or several weights of ours.</summary>
internal enum WeightLayout
{
    /// <summary>One weight, the same way round.</summary>
    Same,

    /// <summary>Matrices (in, out) side by side, (in, Σ out), as GPT-2's Conv1D has them; biases end to end.</summary>
    Columns,

    /// <summary>
    /// Query, value and key matrices cut into four blocks of heads and dealt out block by block, (4 · 3 · out / 4, in): CodeGen's
    /// layout, made for four processors.
    /// </summary>
    FourBlocks,
}

/// <summary>
/// Name of a module in a checkpoint and of the modules of ours whose weights (and biases, where there are any) it holds. {0} stands for
/// the layer's number. A name that ends in .weight or .bias means that tensor only.
/// </summary>
internal sealed record WeightNames(string Theirs, WeightLayout Layout, params string[] Ours)
{
    internal WeightNames(string theirs, string ours)
        : this(theirs, WeightLayout.Same, ours)
    {
    }

    /// <summary>Every tensor of a model with this many layers.</summary>
    internal static IEnumerable<WeightNames> Expand(IEnumerable<WeightNames> modules, int layers) =>
        from module in modules
        from layer in Enumerable.Range(0, module.Theirs.Contains("{0}") ? layers : 1)
        from suffix in module.IsTensor ? [""] : new[] { ".weight", ".bias" }
        select new WeightNames(
            Filled(module.Theirs, layer) + suffix, module.Layout, [.. module.Ours.Select(ours => Filled(ours, layer) + suffix)]);

    private static string Filled(string pattern, int layer) => pattern.Replace("{0}", layer.ToString(CultureInfo.InvariantCulture));

    private bool IsTensor => Theirs.EndsWith(".weight", StringComparison.Ordinal) || Theirs.EndsWith(".bias", StringComparison.Ordinal);
}

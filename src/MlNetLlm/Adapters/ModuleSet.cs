namespace MlNetLlm.Adapters;

/// <summary>
/// Which weight matrices of a block an adapter is put on. Norms, biases, embeddings and the output head are never adapted.
/// </summary>
public enum ModuleSet
{
    /// <summary>The feed-forward matrices: gate, up and down (the only ones the released SVF code trains).</summary>
    Mlp,

    /// <summary>The query and value projections (what the Transformer² paper's parameter counts call attention).</summary>
    Attention,

    /// <summary>All seven matrices of a block: query, key, value, output, gate, up and down.</summary>
    All,
}

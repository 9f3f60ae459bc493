namespace MlNetLlm.Modules;

/// <summary>What a module is.</summary>
public enum ModuleKind
{
    /// <summary>The matrix from hidden states to queries.</summary>
    Query,

    /// <summary>The matrix from hidden states to keys.</summary>
    Key,

    /// <summary>The matrix from hidden states to values.</summary>
    Value,

    /// <summary>The matrix from mixed values back to the residual stream.</summary>
    Output,

    /// <summary>The matrix from hidden states to the gate of the feed-forward part.</summary>
    Gate,

    /// <summary>The matrix from hidden states to hidden units.</summary>
    Up,

    /// <summary>The matrix from hidden units back to the residual stream.</summary>
    Down,

    /// <summary>An attention head; of models with shared key heads, a key head with all its query heads.</summary>
    Head,

    /// <summary>A group of neighbouring hidden units of the feed-forward part.</summary>
    Channels,
}

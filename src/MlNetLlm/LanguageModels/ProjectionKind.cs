namespace MlNetLlm.LanguageModels;

/// <summary>What a weight matrix does in its block.</summary>
public enum ProjectionKind
{
    /// <summary>Hidden states to queries.</summary>
    Query,

    /// <summary>Hidden states to keys.</summary>
    Key,

    /// <summary>Hidden states to values.</summary>
    Value,

    /// <summary>Mixed values back to the residual stream.</summary>
    Output,

    /// <summary>Hidden states to the gate of a gated feed-forward part.</summary>
    Gate,

    /// <summary>Hidden states to hidden units.</summary>
    Up,

    /// <summary>Hidden units back to the residual stream.</summary>
    Down,
}

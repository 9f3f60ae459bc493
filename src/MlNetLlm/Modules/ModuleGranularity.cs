namespace MlNetLlm.Modules;

/// <summary>Which parts of a model are its modules.</summary>
public enum ModuleGranularity
{
    /// <summary>Every weight matrix of a layer: query, key, value, output, gate, up, down.</summary>
    Matrices,

    /// <summary>Parts that compute for themselves: attention heads, and groups of hidden units of the feed-forward part.</summary>
    Units,
}

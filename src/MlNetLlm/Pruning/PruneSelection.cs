namespace MlNetLlm.Pruning;

/// <summary>Among what the least important parts are looked for.</summary>
public enum PruneSelection
{
    /// <summary>Within each layer and kind of part, the same number from each, as in the published runs.</summary>
    Local,

    /// <summary>Among the parts of all layers at once, by importance per weight.</summary>
    Global,
}

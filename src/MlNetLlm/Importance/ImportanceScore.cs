namespace MlNetLlm.Importance;

/// <summary>How the importance of a module for a data set is measured.</summary>
public enum ImportanceScore
{
    /// <summary>By how much the loss would change without the module's weights, by a Taylor expansion; mean over its weights.</summary>
    Taylor,

    /// <summary>By how much the loss rises, in nats a row, when the module's output is replaced by its mean. It can fall below 0.</summary>
    MeanAblation,

    /// <summary>Which share of the module survives when units are pruned over all layers at once, the least important first.</summary>
    Retention,

    /// <summary>
    /// As published: the share of the module that survives pruning within each layer, scaled to 0 … 1 over the modules, times one minus
    /// the change in accuracy that pruning makes.
    /// </summary>
    PrunedAccuracy,
}

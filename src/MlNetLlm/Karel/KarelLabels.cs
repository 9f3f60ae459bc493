namespace MlNetLlm.Karel;

/// <summary>Classes of the labels, and where features have them.</summary>
public static class KarelLabels
{
    /// <summary>All labels, in their order.</summary>
    public static IReadOnlyList<KarelLabel> All { get; } = Enum.GetValues<KarelLabel>();

    /// <summary>How many classes a label has.</summary>
    /// <param name="label">The label.</param>
    public static int Classes(this KarelLabel label) => label switch
    {
        KarelLabel.Direction => 4,
        KarelLabel.ObstacleAhead => 2,
        _ => KarelFeatures.OffsetClasses,
    };

    /// <summary>The class of a label.</summary>
    /// <param name="features">The features of a state.</param>
    /// <param name="label">The label.</param>
    /// <returns>0 to <see cref="Classes"/> - 1.</returns>
    public static int Label(this KarelFeatures features, KarelLabel label) => label switch
    {
        KarelLabel.Direction => features.DirectionLabel,
        KarelLabel.OffsetX => features.OffsetXLabel,
        KarelLabel.OffsetY => features.OffsetYLabel,
        _ => features.ObstacleLabel,
    };
}

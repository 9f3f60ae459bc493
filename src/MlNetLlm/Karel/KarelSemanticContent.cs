namespace MlNetLlm.Karel;

/// <summary>
/// The accuracies of the three headline features, and the one number made of them. Which mean the paper takes could not be found out, so
/// both are here; whichever is shown, show the features beside it: the one with the highest baseline dominates.
/// </summary>
/// <param name="Direction">Accuracy of the direction, 0 to 1.</param>
/// <param name="Offset">Share of rows with both offsets right.</param>
/// <param name="Obstacle">Accuracy of "a wall is ahead".</param>
public readonly record struct KarelSemanticContent(double Direction, double Offset, double Obstacle)
{
    /// <summary>The arithmetic mean.</summary>
    public double Mean => (Direction + Offset + Obstacle) / 3;

    /// <summary>The geometric mean; of accuracies, not of what is left above a baseline.</summary>
    public double GeometricMean => Math.Cbrt(Direction * Offset * Obstacle);

    /// <summary>
    /// What is left above a baseline, such as the majority classes. Meanings differ in their baselines: only this compares them fairly.
    /// </summary>
    /// <param name="content">The content.</param>
    /// <param name="baseline">The baseline's.</param>
    public static KarelSemanticContent operator -(KarelSemanticContent content, KarelSemanticContent baseline)
        => new(content.Direction - baseline.Direction, content.Offset - baseline.Offset, content.Obstacle - baseline.Obstacle);
}

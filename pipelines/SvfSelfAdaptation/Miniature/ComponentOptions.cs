namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Which bands of singular components are damped, and how much.</summary>
public sealed record ComponentOptions
{
    /// <summary>Bands of equally many components, by falling singular value.</summary>
    /// <value>6.</value>
    public int Bands { get; init; } = 6;

    /// <summary>What the singular values of a band are multiplied by.</summary>
    /// <value>0.7.</value>
    public double Factor { get; init; } = 0.7;

    /// <summary>Development questions a task.</summary>
    /// <value>400.</value>
    public int Questions { get; init; } = 400;
}

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>What a training run ended with. Its weights stand in a folder of its name.</summary>
/// <param name="Parameters">Scalars trained.</param>
/// <param name="Curve">Share of right validation answers by step.</param>
/// <param name="TrainShare">Share of right greedy answers to the training prompts, with the weights kept.</param>
/// <param name="Kl">Nats a token from the base model in the last iteration; null without rewards.</param>
/// <param name="Seconds">Training time.</param>
internal sealed record ArmResult(
    long Parameters, IReadOnlyList<CurvePoint> Curve, double TrainShare, double? Kl, double Seconds)
{
    /// <summary>The best validation share.</summary>
    public double Best => Curve.Max(point => point.Share);

    /// <summary>The last one.</summary>
    public double Last => Curve[^1].Share;
}

/// <summary>One validation.</summary>
internal sealed record CurvePoint(int Step, double Share);

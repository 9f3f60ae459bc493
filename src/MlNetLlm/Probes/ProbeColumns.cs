using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>The columns that a probe adds.</summary>
internal static class ProbeColumns
{
    public static IReadOnlyList<OutputColumn<float[]>> For(ProbeOptions options, LabelClasses classes) =>
    [
        OutputColumn<float[]>.Of(
            options.PredictedLabelColumn, new KeyDataViewType(typeof(uint), classes.Count), Best, classes.KeyAnnotations()),
        OutputColumn<float[]>.OfVector(
            options.ScoreColumn, new VectorDataViewType(NumberDataViewType.Single, classes.Count), scores => scores,
            classes.SlotAnnotations()),
    ];

    /// <summary>The most probable class as a key; the first of equals.</summary>
    public static uint Best(float[] scores) => (uint)(Array.IndexOf(scores, scores.Max()) + 1);
}

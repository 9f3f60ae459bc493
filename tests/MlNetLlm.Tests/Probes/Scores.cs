using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Tests.Probes;

/// <summary>A probe's probabilities as one list.</summary>
internal static class Scores
{
    public static float[] Of(ITransformer probe, IDataView view, string column = "Score") =>
        [.. probe.Transform(view).GetColumn<float[]>(column).SelectMany(scores => scores)];
}

using Microsoft.ML.Transforms;

namespace Microsoft.ML;

public static class NormalizationCatalog
{
    public static NormalizingEstimator NormalizeMinMax(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null,
        long maximumExampleCount = 1000000000, bool fixZero = true) =>
        new(InputOutputColumnPair.Pair(outputColumnName, inputColumnName), maximumExampleCount, range => range.MinMax(fixZero));

    public static NormalizingEstimator NormalizeMinMax(this TransformsCatalog catalog, InputOutputColumnPair[] columns,
        long maximumExampleCount = 1000000000, bool fixZero = true) =>
        new(InputOutputColumnPair.Pairs(columns), maximumExampleCount, range => range.MinMax(fixZero));

    public static NormalizingEstimator NormalizeMeanVariance(
        this TransformsCatalog catalog, string outputColumnName, string inputColumnName = null,
        long maximumExampleCount = 1000000000, bool fixZero = true, bool useCdf = false) =>
        NormalizeMeanVariance(catalog, [new(outputColumnName, inputColumnName)], maximumExampleCount, fixZero, useCdf);

    public static NormalizingEstimator NormalizeMeanVariance(this TransformsCatalog catalog, InputOutputColumnPair[] columns,
        long maximumExampleCount = 1000000000, bool fixZero = true, bool useCdf = false) =>
        useCdf
            ? throw new NotSupportedException("NormalizeMeanVariance with useCdf needs the real Microsoft.ML package.")
            : new(InputOutputColumnPair.Pairs(columns), maximumExampleCount, range => range.MeanVariance(fixZero));
}

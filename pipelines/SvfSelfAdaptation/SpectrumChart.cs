using MlNetLlm.Runs;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>How strongly an expert scales each singular component of each matrix.</summary>
internal static class SpectrumChart
{
    public static RunChart Of(string arm, SvfExpert expert) => new()
    {
        Title = $"{arm}: multipliers z of the singular values",
        Kind = RunChartKind.Lines,
        Note = "One line a matrix, components by falling singular value; 1 leaves a component as it was.",
        X = "component",
        Y = "z",
        Series = [.. expert.Matrices.Select(matrix => new RunChartSeries(
            matrix, [.. expert.Multipliers(matrix).Select((z, i) => (IReadOnlyList<double?>)[i + 1, z])]))],
    };
}

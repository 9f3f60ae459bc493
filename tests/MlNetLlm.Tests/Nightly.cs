using System.Globalization;

namespace MlNetLlm.Tests;

/// <summary>How much of a long campaign runs: all of it, or the share that MLNETLLM_NIGHTLY_SHARE asks for, such as 0.05.</summary>
internal static class Nightly
{
    private static readonly double _share =
        double.Parse(Environment.GetEnvironmentVariable("MLNETLLM_NIGHTLY_SHARE") ?? "1", CultureInfo.InvariantCulture);

    /// <summary>The share of <paramref name="figure"/> that runs; at least 1.</summary>
    public static int Of(int figure) => Math.Max(1, (int)(figure * _share));
}

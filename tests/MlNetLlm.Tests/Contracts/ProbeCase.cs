using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.Tests.Contracts;

/// <summary>One row of the contract table: a probe, made with options a law may change.</summary>
public sealed record ProbeCase(string Name, ProbeOptions Options)
{
    /// <summary>Every kind of probe. A new one adds its rows here.</summary>
    public static IReadOnlyList<ProbeCase> All { get; } =
    [
        new("linear", new LinearProbeOptions { MaxExamples = 4000, BatchSize = 64 }),
        new("mlp-1", Small(new MlpProbeOptions())),
        new("mlp-2", Small(new MlpProbeOptions { HiddenLayers = 2 })),
        new("mlp-2-layer-norm", Small(new MlpProbeOptions { HiddenLayers = 2, Normalization = ProbeNormalization.Layer })),
        new("mlp-1-plain", Small(new MlpProbeOptions { Normalization = ProbeNormalization.None })),
    ];

    /// <summary>The estimator.</summary>
    public ProbeEstimator Create(
        Func<ProbeOptions, ProbeOptions>? change = null, IProgress<TrainingProgress>? progress = null, CancellationToken stop = default) =>
        new(change?.Invoke(Options) ?? Options, progress, stop);

    public override string ToString() => Name;

    private static MlpProbeOptions Small(MlpProbeOptions options) =>
        options with { MaxExamples = 4000, BatchSize = 64, FirstUnits = 8, SecondUnits = 6 };
}

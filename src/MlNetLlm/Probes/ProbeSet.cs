using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Training;

namespace MlNetLlm.Probes;

/// <summary>
/// Probes that are trained together in one pass over the rows: several labels, sizes, seeds, features columns (layers). Each ends as it
/// would alone, up to rounding; reading the rows, the most of the work for small probes, is done once.
/// </summary>
public sealed class ProbeSet
{
    private readonly IReadOnlyList<ProbeOptions> _probes;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Makes a set.</summary>
    /// <param name="probes">
    /// The probes' options, one or more. They may differ in columns, size, seed, learning rate, weight decay, schedule, class weights,
    /// patience and selection, and share the rest.
    /// </param>
    /// <param name="progress">Told after every step: its tokens are rows, its loss is the mean over the probes.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    /// <exception cref="ArgumentException">Options are out of range, or differ where they must not; all faults are named.</exception>
    public ProbeSet(
        IEnumerable<ProbeOptions> probes, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        (_probes, _progress, _cancellation) = (Checked(probes), progress, cancellationToken);
    }

    /// <summary>Trains the probes.</summary>
    /// <param name="train">The rows to learn from, read once.</param>
    /// <param name="validation">
    /// The rows to choose each probe's best weights by and to stop early by, read once; null trains to the end. Never the test rows.
    /// </param>
    /// <returns>One transformer a probe, in the order of the options.</returns>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">A feature is not finite, or rows or labels are missing.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or no number.</exception>
    public IReadOnlyList<ProbeTransformer> Fit(IDataView train, IDataView? validation = null)
    {
        using var data = ProbeSource.Read(_probes, train, validation, _cancellation);
        var trained = ProbeTraining.Run(data.Pass(data.Train.Count), _progress, _cancellation);
        return [.. trained.Select((probe, i) => data.Transformer(i, probe.Network, probe.Result))];
    }

    /// <summary>Options that are sound and may share a pass.</summary>
    /// <exception cref="ArgumentException">Options are out of range, or differ where they must not; all faults are named.</exception>
    internal static IReadOnlyList<ProbeOptions> Checked(IEnumerable<ProbeOptions> options)
    {
        ProbeOptions[] probes = [.. options.Select(one => one.Validated())];
        if (probes.Length == 0) throw new ArgumentException("A probe set has no probes; give the options of at least one.");
        var faults = Shared(probes[0]).SelectMany(shared => probes.Select(one => Shared(one).Single(other => other.Name == shared.Name))
            .Where(other => !other.Value.Equals(shared.Value)).Take(1)
            .Select(other => $"{shared.Name} is {shared.Value} and {other.Value}.")).ToList();
        return faults.Count == 0 ? probes
            : throw new ArgumentException($"Probes of one set share a pass, so these must be the same: {string.Join(" ", faults)}");
    }

    private static IEnumerable<(string Name, object Value)> Shared(ProbeOptions options) =>
    [
        (nameof(options.BatchSize), options.BatchSize), (nameof(options.MaxExamples), options.MaxExamples),
        (nameof(options.MaxEpochs), options.MaxEpochs), (nameof(options.Evaluations), options.Evaluations),
        (nameof(options.Standardization), options.Standardization), (nameof(options.OrderSeed), options.OrderSeed),
        (nameof(options.ShuffleRows), options.ShuffleRows), (nameof(options.CacheMebibytes), options.CacheMebibytes),
        (nameof(options.Device), options.Device),
    ];
}

using System.Runtime.InteropServices;
using Microsoft.ML;
using MlNetLlm.Mapping;

namespace MlNetLlm.Probes;

/// <summary>
/// Probes on the same test rows, read once, with what is needed to compare them row by row and to resample what was drawn independently
/// (programs, documents). It keeps one byte a row and probe, and four a row for the group.
/// </summary>
public sealed class ProbeEvaluation
{
    private const sbyte NoLabel = -1;

    private readonly List<sbyte>[] _outcomes;
    private readonly List<int> _groups;

    private ProbeEvaluation(IReadOnlyList<ProbeMetrics> probes, List<sbyte>[] outcomes, List<int> groups, int groupCount)
    {
        (Probes, _outcomes, _groups, GroupCount) = (probes, outcomes, groups, groupCount);
    }

    /// <summary>Every probe's metrics, in the order the probes were given.</summary>
    public IReadOnlyList<ProbeMetrics> Probes { get; }

    /// <summary>How many rows there are, with or without labels.</summary>
    public int Rows => _groups.Count;

    /// <summary>How many groups there are; without a group column every row is one.</summary>
    public int GroupCount { get; }

    /// <summary>Evaluates probes; see <see cref="ProbeCatalog.Evaluate"/>.</summary>
    internal static ProbeEvaluation Of(
        IReadOnlyList<ProbeTransformer> probes, IDataView test, string? groupColumn, CancellationToken cancellation)
    {
        if (probes.Count == 0) throw new ArgumentException("There are no probes to evaluate.");
        var reader = new TestReader(probes, test.Schema, groupColumn);
        var (outcomes, losses) = (probes.Select(_ => new List<sbyte>()).ToArray(), new double[probes.Count]);
        var groups = new List<int>();
        using var stop = WorkStop.Lend(cancellation);
        foreach (var batch in reader.Batches(test))
        {
            cancellation.ThrowIfCancellationRequested();
            groups.AddRange(batch.Groups);
            for (var p = 0; p < probes.Count; p++)
            {
                var scores = probes[p].Compute(batch.Features(p));
                for (var i = 0; i < scores.Count; i++)
                {
                    var label = batch.Labels(p)[i];
                    outcomes[p].Add(label < 0 ? NoLabel : (sbyte)(ProbeColumns.Best(scores[i]) == label + 1 ? 1 : 0));
                    if (label >= 0) losses[p] -= Math.Log(Math.Max(scores[i][label], 1e-15));
                }
            }
        }
        var metrics = probes.Select((_, p) => Metrics(outcomes[p], losses[p])).ToList();
        return new ProbeEvaluation(metrics, outcomes, groups, reader.GroupCount);
    }

    /// <summary>Whether a probe is right on a row; null where the row has no label.</summary>
    /// <param name="probe">The probe's number.</param>
    /// <param name="row">The row's number.</param>
    public bool? IsRight(int probe, int row) => _outcomes[probe][row] is var outcome && outcome == NoLabel ? null : outcome == 1;

    /// <summary>The accuracy of several probes together: a row is right when all of them are, and counts where all have labels.</summary>
    /// <param name="probes">Numbers of probes, one or more.</param>
    public ProbeMetrics Joint(params ReadOnlySpan<int> probes)
    {
        var (right, rows) = ByGroup(probes);
        return new((long)rows.Sum(), right.Sum() / rows.Sum(), double.NaN);
    }

    /// <summary>
    /// Right answers and rows of every group, of several probes together: what Bootstrap.Ratio takes to resample groups (leave groups
    /// without rows out), and, of two evaluations of the same rows, what a paired comparison takes.
    /// </summary>
    /// <param name="probes">Numbers of probes, one or more; a row is right when all of them are, and counts where all have labels.</param>
    /// <returns>One number a group each, in the order in which the groups appear.</returns>
    public (double[] Right, double[] Rows) ByGroup(params ReadOnlySpan<int> probes)
    {
        if (probes.IsEmpty) throw new ArgumentException("ByGroup got no probes; name one or more by their numbers.");
        var (right, rows) = (new double[GroupCount], new double[GroupCount]);
        for (var row = 0; row < Rows; row++)
        {
            var (labelled, all) = (true, true);
            foreach (var probe in probes)
            {
                labelled &= _outcomes[probe][row] != NoLabel;
                all &= _outcomes[probe][row] == 1;
            }
            if (!labelled) continue;
            rows[_groups[row]]++;
            if (all) right[_groups[row]]++;
        }
        return (right, rows);
    }

    private static ProbeMetrics Metrics(List<sbyte> outcomes, double loss)
    {
        var (rows, right) = (0L, 0L);
        foreach (var outcome in CollectionsMarshal.AsSpan(outcomes))
        {
            rows += outcome == NoLabel ? 0 : 1;
            right += outcome == 1 ? 1 : 0;
        }
        return new(rows, (double)right / rows, loss / rows);
    }
}

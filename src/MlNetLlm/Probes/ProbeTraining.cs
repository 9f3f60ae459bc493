using System.Diagnostics;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.Probes;

/// <summary>
/// Trains many probes in one pass: every batch of rows is read, standardised and made a tensor once, and serves all of them. Each probe
/// minimises the mean cross-entropy of its labelled rows, <c>Σ w(y) · -log softmax(logits)[y] / Σ w(y)</c>, by AdamW.
/// </summary>
internal sealed class ProbeTraining : IDisposable
{
    private const long Missing = -1;

    private readonly ProbePass _pass;
    private readonly Device _device;
    private readonly List<ProbeGroup> _groups = [];
    private readonly ProbeSelector[] _selectors;
    private readonly double[] _losses;
    private readonly int[] _steps;

    private ProbeTraining(ProbePass pass)
    {
        _pass = pass;
        _device = DeviceNames.Of(pass.Heads[0].Options.Device);
        _selectors = [.. pass.Heads.Select(head => new ProbeSelector(head.Options))];
        _losses = [.. pass.Heads.Select(_ => double.NaN)];
        _steps = new int[pass.Heads.Count];
        for (var left = pass.Heads.ToList(); left.Count > 0;)
        {
            var together = left.Where(head => head.Number == left[0].Number || head.JoinsWith(left[0])).ToList();
            left.RemoveAll(together.Contains);
            _groups.Add(new ProbeGroup(together, pass.Sizes[together[0].Features], _device));
        }
    }

    /// <summary>Trains the probes of a pass.</summary>
    /// <param name="pass">What they read.</param>
    /// <param name="progress">Is told after every step; its tokens are rows, its loss the mean over probes.</param>
    /// <param name="cancellationToken">Stops within a step.</param>
    /// <returns>In the order of the pass: each probe, and how it went.</returns>
    /// <exception cref="InvalidDataException">There is one row, and a probe normalises by the batch.</exception>
    /// <exception cref="TrainingDivergedException">A loss became infinite or no number.</exception>
    public static IReadOnlyList<(ProbeNetwork Network, ProbeTrainingResult Result)> Run(
        ProbePass pass, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        if (pass.NormalisesByBatch && pass.Steps > 0 && pass.BatchSize < 2)
            throw new InvalidDataException(
                $"Batch normalisation needs 2 rows or more to learn from, there is {pass.TrainRows}. Give more rows, or set Normalization "
                + $"to {ProbeNormalization.Layer} or {ProbeNormalization.None}.");
        using var training = new ProbeTraining(pass);
        using var rows = pass.Shuffled();
        var (steps, batch, started) = (pass.Steps, pass.Batch(pass.BatchSize), Stopwatch.GetTimestamp());
        for (var step = 0; step < steps && training._groups.Exists(training.IsLearning); step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            batch.Clear();
            while (batch.Count < pass.BatchSize) batch.Add(rows.Next());
            training.Step(batch, step, steps);
            var evaluations = (long)pass.Heads[0].Options.Evaluations;
            if ((step + 1) * evaluations / steps > step * evaluations / steps) training.Validate(step + 1, cancellationToken);
            progress?.Report(training.Progress(step + 1, steps, Stopwatch.GetElapsedTime(started)));
        }
        return training.Trained();
    }

    public void Dispose()
    {
        foreach (var group in _groups) group.Dispose();
        foreach (var selector in _selectors) selector.Dispose();
    }

    // One step of every group that still learns. The losses' sum has the gradient of each alone: no two probes share a parameter.
    private void Step(ProbeBatch batch, int step, int steps)
    {
        using var scope = NewDisposeScope();
        var inputs = Inputs(batch);
        foreach (var group in _groups.Where(IsLearning))
        {
            using var inner = NewDisposeScope();
            var losses = Losses(group, group.Logits(inputs.Features(group.Features), training: true), batch, inputs);
            if (losses.Count == 0) continue;                            // none of these rows has a label
            group.ZeroGradients();
            losses.Select(item => item.Loss).Aggregate((sum, loss) => sum + loss).backward();
            foreach (var (head, loss) in losses) _losses[head.Number] = Finite(head, loss.ToDouble(), step, group.RateAt(step, steps));
            group.Step(step, steps);
            foreach (var head in group.Heads) _steps[head.Number] = step + 1;
        }
    }

    private List<(ProbeHead Head, Tensor Loss)> Losses(
        ProbeGroup group, IReadOnlyList<Tensor> logits, ProbeBatch batch, ProbeInputs inputs)
    {
        var losses = new List<(ProbeHead, Tensor)>();
        for (var i = 0; i < logits.Count; i++)
        {
            var head = group.Heads[i];
            var weight = 0.0;                                           // Σ w(y) over rows with a label
            foreach (var label in batch.Labels(head.Label)) weight += label == Missing ? 0 : head.ClassWeights[label];
            if (weight == 0) continue;
            losses.Add((head, functional.cross_entropy(
                logits[i], inputs.Labels(head.Label), group.ClassWeights(i), Missing, Reduction.Sum) / weight));
        }
        return losses;
    }

    private void Validate(int step, CancellationToken cancellationToken)
    {
        if (_pass.Validation is not { } validation) return;
        using var quiet = no_grad();
        var sums = new (long Rows, long Right, double Loss)[_pass.Heads.Count];
        foreach (var batch in _pass.InOrder(validation, 0, validation.Count))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var inputs = Inputs(batch);
            foreach (var group in _groups.Where(IsLearning))
            {
                var logits = group.Logits(inputs.Features(group.Features), training: false);
                for (var i = 0; i < logits.Count; i++) Add(ref sums[group.Heads[i].Number], logits[i], inputs.Labels(group.Heads[i].Label));
            }
        }
        foreach (var group in _groups.Where(IsLearning).ToList())
            for (var i = 0; i < group.Heads.Count; i++)
            {
                var (rows, right, loss) = sums[group.Heads[i].Number];
                var mean = Finite(group.Heads[i], loss / rows, step - 1, group.RateAt(step - 1, _pass.Steps));
                var at = i;
                _selectors[group.Heads[i].Number].Take(step, new((double)right / rows, mean), () => group.Copy(at));
            }
    }

    private static void Add(ref (long Rows, long Right, double Loss) sums, Tensor logits, Tensor labels)
    {
        sums.Rows += labels.ne(Missing).sum().ToInt64();
        sums.Right += logits.argmax(1).eq(labels).sum().ToInt64();
        sums.Loss += functional.cross_entropy(logits, labels, ignore_index: Missing, reduction: Reduction.Sum).ToDouble();
    }

    private bool IsLearning(ProbeGroup group) => group.Heads.Any(head => !_selectors[head.Number].Stopped);

    private ProbeInputs Inputs(ProbeBatch batch) => new(batch, _pass.Sizes.Count, _pass.Labels, _device);

    private TrainingProgress Progress(int step, int steps, TimeSpan elapsed)
    {
        var rows = (long)step * _pass.BatchSize;
        var validation = _selectors.Average(selector => selector.Result(0, 0).ValidationLoss);
        return new(
            step, steps, _losses.Average(), validation, _groups[0].RateAt(step - 1, steps), rows / Math.Max(elapsed.TotalSeconds, 1e-9),
            elapsed / step * (steps - step), rows, "train");
    }

    private IReadOnlyList<(ProbeNetwork, ProbeTrainingResult)> Trained() =>
    [
        .. _groups.SelectMany(group => group.Heads.Select((head, i) => (
            head.Number, _selectors[head.Number].Network(() => group.Copy(i)),
            _selectors[head.Number].Result(_steps[head.Number], double.IsNaN(_losses[head.Number]) ? null : _losses[head.Number]))))
            .OrderBy(item => item.Number).Select(item => (item.Item2, item.Item3)),
    ];

    private static double Finite(ProbeHead head, double loss, int step, double rate) => double.IsFinite(loss) ? loss
        : throw new TrainingDivergedException(
            $"The loss of the probe of '{head.Options.LabelColumn}'", loss, step + 1, step + 1, rate, null);

    // A batch's tensors, one a column.
    private sealed class ProbeInputs(ProbeBatch batch, int features, int labels, Device device)
    {
        private readonly Tensor[] _features = [.. Enumerable.Range(0, features).Select(column => batch.Features(column, device))];
        private readonly Tensor[] _labels = [.. Enumerable.Range(0, labels).Select(label => batch.Labels(label, device))];

        public Tensor Features(int column) => _features[column];

        public Tensor Labels(int label) => _labels[label];
    }
}

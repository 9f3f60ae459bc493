using MathNet.Numerics.LinearAlgebra;
using Microsoft.ML;
using MlNetLlm.Probes;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.Probes;

/// <summary>A trained linear probe stands where logistic regression's optimum is; gradients are those of finite differences.</summary>
public sealed class ProbeOptimumTests
{
    [Test]
    public void Linear_TrainedOnAllRowsAtOnce_ReachesTheOptimumOfLogisticRegression()
    {
        var ml = new MLContext(1);
        var rows = Overlapping(120);
        var view = ProbeToy.View(ml, rows);
        var probe = ml.Probes().Linear(new()
        {
            LabelColumn = "Side", WeightDecay = 0, LearningRate = 0.1, BatchSize = 120, MaxExamples = 120 * 1500, MaxEpochs = 1500,
            Schedule = ProbeSchedule.Cosine, Standardization = ProbeStandardization.None,
        }).Fit(view);
        var w = Newton(rows);
        double[] expected = [.. rows.Select(row => Logistic(w, row))];
        double[] actual = [.. Scores.Of(probe, view).Chunk(2).Select(scores => (double)scores[1])];
        Assert.That(GradientNorm(rows, expected), Is.LessThan(1e-9), "the reference");
        Assert.That(GradientNorm(rows, actual), Is.LessThan(1e-4));
        Assert.That(actual, Is.EqualTo(expected).Within(1e-3));
    }

    [Test]
    public void Gradient_OfEveryParameter_IsThatOfFiniteDifferences([Values] ProbeNormalization normalization, [Values(0, 1, 2)] int hidden)
    {
        using var scope = NewDisposeScope();
        var random = new RandomStream(3, "test");
        int[] sizes = [4, .. new[] { 5, 3 }.Take(hidden), 3];
        using var drawn = ProbeNetwork.Draw(sizes, normalization, random);
        var network = new ProbeNetwork([.. drawn.Layers.Select(layer => layer.Map(t => t.to(ScalarType.Float64)))]);
        var x = tensor(Enumerable.Range(0, 28).Select(_ => random.NextNormal()).ToArray(), [7, 4]);
        var labels = tensor(new long[] { 0, 1, 2, 0, 1, 2, 0 });
        var trained = network.Tensors().Where(t => !t.Name.EndsWith("mean") && !t.Name.EndsWith("variance")).ToList();
        trained.ForEach(item => item.Tensor.requires_grad = true);
        double Loss() => nn.functional.cross_entropy(network.Logits(x, training: true), labels).item<double>();
        nn.functional.cross_entropy(network.Logits(x, training: true), labels).backward();
        using var quiet = no_grad();
        foreach (var (name, parameter) in trained)
            for (var i = 0L; i < parameter.numel(); i++)
            {
                var cell = parameter.view(-1).narrow(0, i, 1);
                var gradient = parameter.grad!.contiguous().view(-1)[i].item<double>();
                cell.add_(1e-6);
                var above = Loss();
                cell.sub_(2e-6);
                var below = Loss();
                cell.add_(1e-6);
                Assert.That(gradient, Is.EqualTo((above - below) / 2e-6).Within(1e-6), $"{name}[{i}]");
            }
    }

    // Two sides that overlap, so that the optimum is finite.
    private static List<ProbeToy.Row> Overlapping(int count)
    {
        var rows = ProbeToy.Blind(count, 5);
        rows.ForEach(row => row.Features[0] += row.Ahead == 1 ? 0.7f : 0);
        return rows;
    }

    // Slow and obvious: w ← w + (Xᵀ D X)⁻¹ Xᵀ (y - p), D = diag(p (1 - p)), with a column of ones.
    private static Vector<double> Newton(List<ProbeToy.Row> rows)
    {
        var x = Matrix<double>.Build.DenseOfRows(rows.Select(row => row.Features.Select(v => (double)v).Append(1)));
        var w = Vector<double>.Build.Dense(x.ColumnCount);
        for (var i = 0; i < 30; i++)
        {
            var p = (x * w).Map(z => 1 / (1 + Math.Exp(-z)));
            var error = Vector<double>.Build.Dense(rows.Count, n => rows[n].Ahead - p[n]);
            var d = Matrix<double>.Build.DiagonalOfDiagonalVector(p.PointwiseMultiply(1 - p));
            w += (x.Transpose() * d * x).Solve(x.Transpose() * error);
        }
        return w;
    }

    private static double Logistic(Vector<double> w, ProbeToy.Row row) =>
        1 / (1 + Math.Exp(-row.Features.Select((value, i) => value * w[i]).Sum() - w[row.Features.Length]));

    // The norm of Xᵀ (p - y) / n, with the column of ones: 0 at the optimum, whatever the parameters are.
    private static double GradientNorm(List<ProbeToy.Row> rows, double[] p)
    {
        var sums = new double[ProbeToy.Size + 1];
        for (var n = 0; n < rows.Count; n++)
            for (var i = 0; i < sums.Length; i++)
                sums[i] += (p[n] - rows[n].Ahead) * (i < ProbeToy.Size ? rows[n].Features[i] : 1) / rows.Count;
        return Math.Sqrt(sums.Sum(sum => sum * sum));
    }
}

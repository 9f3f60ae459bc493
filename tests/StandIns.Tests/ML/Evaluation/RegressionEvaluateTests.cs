using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML.Evaluation;

public class RegressionEvaluateTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Errors 1/2, 0, -1, 1.
    private static readonly Row[] Rows =
    [
        new() { Label = 1, Score = 1.5f }, new() { Label = 2, Score = 2 }, new() { Label = 3, Score = 2 }, new() { Label = 4, Score = 5 },
    ];

    [Test]
    public void Evaluate_WithWorkedExample_MeasuresErrors()
    {
        var metrics = Evaluate(Rows);

        Assert.That(metrics.MeanAbsoluteError, Is.EqualTo(2.5 / 4));
        Assert.That(metrics.MeanSquaredError, Is.EqualTo(2.25 / 4));
        Assert.That(metrics.RootMeanSquaredError, Is.EqualTo(0.75));
        Assert.That(metrics.LossFunction, Is.EqualTo(2.25 / 4));
        Assert.That(metrics.RSquared, Is.EqualTo(1 - 2.25 / 5).Within(1e-15));    // Σ(y - 2.5)² = 2.25 + 0.25 + 0.25 + 2.25
    }

    [TestCase(float.NaN, 1)]
    [TestCase(1, float.NaN)]
    public void Evaluate_WithMissingValue_SkipsTheRow(float label, float score) =>
        Assert.That(Evaluate([.. Rows, new() { Label = label, Score = score }]).MeanAbsoluteError, Is.EqualTo(2.5 / 4));

    [Test]
    public void Evaluate_WithoutUsableRows_GivesZeros()
    {
        var metrics = Evaluate([new() { Label = float.NaN }]);

        Assert.That(metrics.MeanSquaredError, Is.Zero);
        Assert.That(metrics.RSquared, Is.Zero);
    }

    [Test]
    public void Evaluate_WithDoubleLabel_Throws() =>
        Assert.That(() => Ml.Regression.Evaluate(Ml.Data.LoadFromEnumerable([new DoubleRow()])), Throws.Exception);

    [Test]
    public void Evaluate_WithoutScore_NamesIt() =>
        Assert.That(() => Ml.Regression.Evaluate(Ml.Data.LoadFromEnumerable(Rows), scoreColumnName: "Guess"),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("Guess"));

    private static RegressionMetrics Evaluate(Row[] rows) => Ml.Regression.Evaluate(Ml.Data.LoadFromEnumerable(rows));

    private sealed class Row
    {
        public float Label { get; set; }

        public float Score { get; set; }
    }

    private sealed class DoubleRow
    {
        public double Label { get; set; }

        public float Score { get; set; }
    }
}

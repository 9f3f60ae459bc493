using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML.Evaluation;

public class BinaryEvaluateTests
{
    private const double Tolerance = 1e-6;    // probabilities are single precision

    private static readonly MLContext Ml = new(seed: 1);

    // By falling score: + - - + - + - -, of which the first four are above zero.
    private static readonly Row[] Rows =
    [
        new() { Label = false, Score = 1.5f, Probability = 0.8f },
        new() { Label = true, Score = 2, Probability = 0.9f },
        new() { Label = true, Score = -1, Probability = 0.3f },
        new() { Label = false, Score = 1, Probability = 0.7f },
        new() { Label = true, Score = 0.5f, Probability = 0.6f },
        new() { Label = false, Score = -0.5f, Probability = 0.4f },
        new() { Label = false, Score = -2, Probability = 0.1f },
        new() { Label = false, Score = -3, Probability = 0.05f },
    ];

    [Test]
    public void Evaluate_WithWorkedExample_CountsAtScoreZero()
    {
        var metrics = Evaluate(Rows);    // true positives 2, false negatives 1, false positives 2, true negatives 3

        Assert.That(metrics.Accuracy, Is.EqualTo(5 / 8.0));
        Assert.That(metrics.PositivePrecision, Is.EqualTo(2 / 4.0));
        Assert.That(metrics.PositiveRecall, Is.EqualTo(2 / 3.0));
        Assert.That(metrics.NegativePrecision, Is.EqualTo(3 / 4.0));
        Assert.That(metrics.NegativeRecall, Is.EqualTo(3 / 5.0));
        Assert.That(metrics.F1Score, Is.EqualTo(4 / 7.0).Within(1e-15));    // 2·2 / (2·2 + 1 + 2)
        Assert.That(metrics.ConfusionMatrix.Counts, Is.EqualTo(new double[][] { [2, 1], [2, 3] }));    // positive first
    }

    [Test]
    public void Evaluate_WithWorkedExample_RanksPairs()
    {
        // The positives are above 5, 3 and 2 of the 5 negatives.
        Assert.That(Evaluate(Rows).AreaUnderRocCurve, Is.EqualTo(10 / 15.0).Within(1e-15));
    }

    [Test]
    public void Evaluate_WithWorkedExample_AddsPrecisionRecallTrapezoids()
    {
        // Recall grows by 1/3 at each positive; precision before and after it: 1 → 1, 1/3 → 1/2, 2/5 → 1/2.
        var area = (1 + 1) / 6.0 + (1 / 3.0 + 1 / 2.0) / 6 + (2 / 5.0 + 1 / 2.0) / 6;
        Assert.That(Evaluate(Rows).AreaUnderPrecisionRecallCurve, Is.EqualTo(area).Within(1e-15));
    }

    [Test]
    public void Evaluate_WithWorkedExample_TakesLogLossInBits()
    {
        var metrics = Evaluate(Rows);

        var logLoss = -(Math.Log2(0.2) + Math.Log2(0.9) + Math.Log2(0.3) + Math.Log2(0.3) + Math.Log2(0.6) + Math.Log2(0.6)
            + Math.Log2(0.9) + Math.Log2(0.95)) / 8;
        var entropy = -(3 / 8.0 * Math.Log2(3 / 8.0) + 5 / 8.0 * Math.Log2(5 / 8.0));
        Assert.That(metrics.LogLoss, Is.EqualTo(logLoss).Within(Tolerance));
        Assert.That(metrics.Entropy, Is.EqualTo(entropy).Within(1e-14));
        Assert.That(metrics.LogLossReduction, Is.EqualTo((entropy - logLoss) / entropy).Within(Tolerance));
    }

    [Test]
    public void EvaluateNonCalibrated_NeedsNoProbability()
    {
        var rows = Rows.Select(r => new PlainRow { Label = r.Label, Score = r.Score });

        var metrics = Ml.BinaryClassification.EvaluateNonCalibrated(Ml.Data.LoadFromEnumerable(rows));

        Assert.That(metrics.Accuracy, Is.EqualTo(5 / 8.0));
        Assert.That(metrics.AreaUnderRocCurve, Is.EqualTo(10 / 15.0).Within(1e-15));
    }

    [Test]
    public void Evaluate_WithoutProbability_Throws()
    {
        var rows = Rows.Select(r => new PlainRow { Label = r.Label, Score = r.Score });

        Assert.That(() => Ml.BinaryClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows)),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("Probability"));
    }

    [Test]
    public void Evaluate_WithEqualScores_CountsHalfAPair()
    {
        Row[] rows =
        [
            new() { Label = true, Score = 1 }, new() { Label = false, Score = 1 },
            new() { Label = false, Score = 0 }, new() { Label = true, Score = 1 },
        ];

        Assert.That(Evaluate(rows).AreaUnderRocCurve, Is.EqualTo((0.5 + 0.5 + 1 + 1) / 4));
    }

    [Test]
    public void Evaluate_WithManyTies_CountsPairsLikeTheDefinition()
    {
        var random = new Random(1);
        var rows = Enumerable.Range(0, 200).Select(_ => new Row { Label = random.Next(3) == 0, Score = random.Next(-5, 5) }).ToArray();

        var pairs = from positive in rows where positive.Label from negative in rows where !negative.Label select (positive, negative);
        var share = pairs.Average(pair =>
            pair.positive.Score > pair.negative.Score ? 1 : pair.positive.Score == pair.negative.Score ? 0.5 : 0);
        Assert.That(Evaluate(rows).AreaUnderRocCurve, Is.EqualTo(share).Within(1e-12));
    }

    [Test]
    public void Evaluate_WithWrongPredictedLabel_IgnoresIt()
    {
        var wrong = Rows.Select(r => new Row { Label = r.Label, Score = r.Score, Probability = r.Probability, PredictedLabel = !r.Label });

        Assert.That(Evaluate([.. wrong]).Accuracy, Is.EqualTo(5 / 8.0));
    }

    [Test]
    public void Evaluate_WithScoreZero_PredictsNegative()
    {
        var metrics = Evaluate([new() { Label = true, Score = 0 }, new() { Label = false, Score = -1 }]);

        Assert.That(metrics.PositiveRecall, Is.Zero);
        Assert.That(metrics.F1Score, Is.Zero);    // as precision and recall are
    }

    [Test]
    public void Evaluate_WithImpossibleLabel_HasInfiniteLogLoss()
    {
        var metrics = Evaluate(
        [
            new() { Label = true, Score = 1, Probability = 0 }, new() { Label = false, Score = -1, Probability = 0.5f },
        ]);

        Assert.That(metrics.LogLoss, Is.EqualTo(double.PositiveInfinity));
        Assert.That(metrics.LogLossReduction, Is.EqualTo(double.NegativeInfinity));
    }

    [TestCase(true, "negative")]
    [TestCase(false, "positive")]
    public void Evaluate_WithOneClassOnly_Throws(bool label, string missing) =>
        Assert.That(() => Evaluate([new() { Label = label, Score = 1 }]),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains($"AUC is not defined when there is no {missing} class"));

    [TestCase(float.NaN)]
    [TestCase(float.PositiveInfinity)]
    public void Evaluate_WithScoreNotFinite_SkipsTheRow(float score) =>
        Assert.That(Evaluate([.. Rows, new() { Label = true, Score = score, Probability = 0.5f }]).Accuracy, Is.EqualTo(5 / 8.0));

    [Test]
    public void Evaluate_WithNumberLabel_TakesAboveZeroAsPositive()
    {
        var rows = Rows.Select(r => new NumberRow { Label = r.Label ? 3 : -1, Score = r.Score })
            .Append(new NumberRow { Label = float.NaN, Score = 1 });    // missing: skipped

        var metrics = Ml.BinaryClassification.EvaluateNonCalibrated(Ml.Data.LoadFromEnumerable(rows));

        Assert.That(metrics.ConfusionMatrix.Counts, Is.EqualTo(new double[][] { [2, 1], [2, 3] }));
    }

    [Test]
    public void Evaluate_WithKeyLabel_TakesTheSecondKeyAsPositive()
    {
        var rows = Rows.Select(r => new KeyRow { Label = r.Label ? 1u : 0u, Score = r.Score });    // 0-based in memory

        var metrics = Ml.BinaryClassification.EvaluateNonCalibrated(Ml.Data.LoadFromEnumerable(rows));

        Assert.That(metrics.ConfusionMatrix.Counts, Is.EqualTo(new double[][] { [2, 1], [2, 3] }));
    }

    [Test]
    public void Evaluate_WithThreeKeys_Throws()
    {
        var data = Ml.Data.LoadFromEnumerable([new ThreeKeyRow()]);

        Assert.That(() => Ml.BinaryClassification.EvaluateNonCalibrated(data), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void GetFormattedConfusionTable_ShowsPositiveRatio()
    {
        var lines = Evaluate(Rows).ConfusionMatrix.GetFormattedConfusionTable().Split('\n').Select(line => line.TrimEnd('\r'));

        Assert.That(lines, Is.EqualTo(new[]
        {
            "TEST POSITIVE RATIO:\t0.3750 (3.0/(3.0+5.0))",
            "Confusion table",
            "          ||======================",
            "PREDICTED || positive | negative | Recall",
            "TRUTH     ||======================",
            " positive ||        2 |        1 | 0.6667",
            " negative ||        2 |        3 | 0.6000",
            "          ||======================",
            "Precision ||   0.5000 |   0.7500 |",
            "",
        }));
    }

    private static CalibratedBinaryClassificationMetrics Evaluate(Row[] rows) =>
        Ml.BinaryClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows));

    private sealed class Row
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class PlainRow
    {
        public bool Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class NumberRow
    {
        public float Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class KeyRow
    {
        [KeyType(2)]
        public uint Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }

    private sealed class ThreeKeyRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        public float Score { get; set; }

        public bool PredictedLabel { get; set; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML.Evaluation;

public class MulticlassEvaluateTests
{
    private const double Tolerance = 1e-7;    // scores are single precision

    private static readonly MLContext Ml = new(seed: 1);

    // Five rows over three classes; the predictions are 0, 0, 2, 2, 0.
    private static readonly Row[] Rows =
    [
        new() { Label = 0, Score = [0.7f, 0.2f, 0.1f] },    // right
        new() { Label = 1, Score = [0.5f, 0.3f, 0.2f] },    // 0 instead of 1, second best
        new() { Label = 2, Score = [0.1f, 0.2f, 0.7f] },    // right
        new() { Label = 0, Score = [0.2f, 0.3f, 0.5f] },    // 2 instead of 0, third best
        new() { Label = 0, Score = [0.8f, 0.1f, 0.1f] },    // right
    ];

    [Test]
    public void Evaluate_WithWorkedExample_CountsAccuracies()
    {
        var metrics = Evaluate(Rows);

        Assert.That(metrics.MicroAccuracy, Is.EqualTo(3 / 5.0));
        Assert.That(metrics.MacroAccuracy, Is.EqualTo((2 / 3.0 + 0 + 1) / 3).Within(1e-15));
    }

    [Test]
    public void Evaluate_WithWorkedExample_AveragesNegativeLogProbabilities()
    {
        var metrics = Evaluate(Rows);

        var logLoss = -(Math.Log(0.7) + Math.Log(0.3) + Math.Log(0.7) + Math.Log(0.2) + Math.Log(0.8)) / 5;
        Assert.That(metrics.LogLoss, Is.EqualTo(logLoss).Within(Tolerance));
        Assert.That(metrics.PerClassLogLoss, Is.EqualTo(new[]
        {
            -(Math.Log(0.7) + Math.Log(0.2) + Math.Log(0.8)) / 3,
            -Math.Log(0.3),
            -Math.Log(0.7),
        }).Within(Tolerance));
    }

    [Test]
    public void Evaluate_WithWorkedExample_ReducesLogLossAgainstClassShares()
    {
        var metrics = Evaluate(Rows);

        var entropy = -(3 / 5.0 * Math.Log(3 / 5.0) + 2 * (1 / 5.0 * Math.Log(1 / 5.0)));    // shares 3/5, 1/5, 1/5
        Assert.That(metrics.LogLossReduction, Is.EqualTo((entropy - metrics.LogLoss) / entropy).Within(1e-14));
    }

    [Test]
    public void Evaluate_WithTopK_AccumulatesRanks()
    {
        var metrics = Evaluate(Rows, topK: 3);    // ranks 0, 1, 0, 2, 0

        Assert.That(metrics.TopKAccuracyForAllK, Is.EqualTo(new[] { 0.6, 0.8, 1.0 }).Within(1e-14));
        Assert.That(metrics.TopKAccuracy, Is.EqualTo(1.0).Within(1e-14));
        Assert.That(metrics.TopKPredictionCount, Is.EqualTo(3));
    }

    [Test]
    public void Evaluate_WithoutTopK_LeavesItOut()
    {
        var metrics = Evaluate(Rows);

        Assert.That(metrics.TopKAccuracyForAllK, Is.Null);
        Assert.That(metrics.TopKAccuracy, Is.Zero);
        Assert.That(metrics.TopKPredictionCount, Is.Zero);
    }

    [Test]
    public void Evaluate_WithNegativeTopK_Throws() =>
        Assert.That(() => Evaluate(Rows, topK: -1), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Evaluate_WithWorkedExample_FillsConfusionMatrix()
    {
        var matrix = Evaluate(Rows).ConfusionMatrix;

        Assert.That(matrix.NumberOfClasses, Is.EqualTo(3));
        Assert.That(matrix.Counts, Is.EqualTo(new double[][] { [2, 0, 1], [1, 0, 0], [0, 0, 1] }));    // truth in rows
        Assert.That(matrix.PerClassPrecision, Is.EqualTo(new[] { 2 / 3.0, 0, 1 / 2.0 }));
        Assert.That(matrix.PerClassRecall, Is.EqualTo(new[] { 2 / 3.0, 0, 1 }));
        Assert.That(matrix.GetCountForClassPair(predictedClassIndicatorIndex: 2, actualClassIndicatorIndex: 0), Is.EqualTo(1));
        Assert.That(matrix.GetCountForClassPair(predictedClassIndicatorIndex: 0, actualClassIndicatorIndex: 2), Is.EqualTo(0));
        Assert.That(() => matrix.GetCountForClassPair(3, 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void GetFormattedConfusionTable_WithoutClassNames_NumbersThem()
    {
        var table = Evaluate(Rows).ConfusionMatrix.GetFormattedConfusionTable();

        Assert.That(Lines(table), Is.EqualTo(new[]
        {
            "",
            "Confusion table",
            "          ||========================",
            "PREDICTED ||     0 |     1 |     2 | Recall",
            "TRUTH     ||========================",
            "        0 ||     2 |     0 |     1 | 0.6667",
            "        1 ||     1 |     0 |     0 | 0.0000",
            "        2 ||     0 |     0 |     1 | 1.0000",
            "          ||========================",
            "Precision ||0.6667 |0.0000 |0.5000 |",
            "",
        }));
    }

    [Test]
    public void GetFormattedConfusionTable_WithSlotNames_NamesTheClasses()
    {
        var definition = SchemaDefinition.Create(typeof(Row));
        ReadOnlyMemory<char>[] names = ["walk".AsMemory(), "turn left".AsMemory(), "stop".AsMemory()];
        definition[nameof(Row.Score)].AddAnnotation("SlotNames", new VBuffer<ReadOnlyMemory<char>>(3, names),
            new VectorDataViewType(TextDataViewType.Instance, 3));
        var data = Ml.Data.LoadFromEnumerable(Rows, definition);

        var table = Ml.MulticlassClassification.Evaluate(data).ConfusionMatrix.GetFormattedConfusionTable();

        Assert.That(Lines(table)[2..8], Is.EqualTo(new[]
        {
            "             ||========================",
            "PREDICTED    ||     0 |     1 |     2 | Recall",    // "turn left" is too long for a column
            "TRUTH        ||========================",
            "0.      walk ||     2 |     0 |     1 | 0.6667",
            "1. turn left ||     1 |     0 |     0 | 0.0000",
            "2.      stop ||     0 |     0 |     1 | 1.0000",
        }));
    }

    [Test]
    public void Evaluate_WithUIntKeyLabel_TakesKeyAsClassIndex()
    {
        var rows = Rows.Select(r => new KeyRow { Label = (uint)r.Label, Score = r.Score });

        AssertSame(Ml.MulticlassClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows)), Evaluate(Rows));
    }

    [Test]
    public void Evaluate_WithULongKeyLabel_TakesKeyAsClassIndex()
    {
        var rows = Rows.Select(r => new LongKeyRow { Label = (ulong)r.Label, Score = r.Score });

        AssertSame(Ml.MulticlassClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows)), Evaluate(Rows));
    }

    [Test]
    public void Evaluate_WithMissingKeyLabel_SkipsTheRow()
    {
        var rows = Rows.Select(r => new KeyRow { Label = (uint)r.Label, Score = r.Score })
            .Append(new KeyRow { Label = 3, Score = [0.9f, 0.05f, 0.05f] });    // 3 is beyond the three keys: missing

        AssertSame(Ml.MulticlassClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows)), Evaluate(Rows));
    }

    [TestCase(float.NaN)]
    [TestCase(-1f)]
    [TestCase(0.5f)]
    public void Evaluate_WithUnusableLabel_SkipsTheRow(float label) =>
        AssertSame(Evaluate([.. Rows, new() { Label = label, Score = [0.9f, 0.05f, 0.05f] }]), Evaluate(Rows));

    [Test]
    public void Evaluate_WithIntLabel_Throws() =>
        Assert.That(() => EvaluateAny(new IntRow { Score = [0.5f, 0.5f] }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Evaluate_WithTextLabel_Throws() =>
        Assert.That(() => EvaluateAny(new TextRow { Label = "a", Score = [0.5f, 0.5f] }), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void Evaluate_WithScoreOfVariableLength_Throws() =>
        Assert.That(() => EvaluateAny(new LooseRow { Score = [0.5f, 0.5f] }), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Evaluate_WithDoubleScore_Throws() =>
        Assert.That(() => EvaluateAny(new DoubleRow { Score = [0.5, 0.5] }), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Evaluate_WithOneClass_Throws() =>
        Assert.That(() => EvaluateAny(new SingleRow { Score = [1f] }), Throws.InstanceOf<ArgumentException>());

    [Test]
    public void Evaluate_WithoutPredictedLabel_Throws()
    {
        var data = Ml.Data.LoadFromEnumerable(Rows);

        Assert.That(() => Ml.MulticlassClassification.Evaluate(data, predictedLabelColumnName: "Other"),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("Other"));
    }

    [Test]
    public void Evaluate_WithWrongPredictedLabel_IgnoresIt()
    {
        var wrong = Rows.Select(r => new Row { Label = r.Label, Score = r.Score, PredictedLabel = 1 }).ToArray();

        AssertSame(Evaluate(wrong), Evaluate(Rows));
    }

    [Test]
    public void Evaluate_WithLogits_TakesThemAsProbabilities()
    {
        var metrics = Evaluate([new() { Label = 0, Score = [5, -2, 1] }, new() { Label = 1, Score = [5, -2, 1] }]);

        // 5 counts as 1 and -2 as the least probability: (-ln 1 - ln 1e-15) / 2
        Assert.That(metrics.LogLoss, Is.EqualTo(15 * Math.Log(10) / 2).Within(1e-6));
    }

    [Test]
    public void Evaluate_WithScoresNaN_GivesZerosAndNaN()
    {
        var metrics = Evaluate([new() { Label = 0, Score = [float.NaN, 0.5f, 0.5f] }], topK: 2);

        Assert.That(metrics.MicroAccuracy, Is.Zero);
        Assert.That(metrics.MacroAccuracy, Is.Zero);
        Assert.That(metrics.LogLoss, Is.Zero);
        Assert.That(metrics.LogLossReduction, Is.NaN);
        Assert.That(metrics.TopKAccuracy, Is.NaN);
    }

    [Test]
    public void Evaluate_WithClassBeyondScores_PunishesLogLossAndTopK()
    {
        var metrics = Evaluate([.. Rows, new() { Label = 7, Score = [0.5f, 0.3f, 0.2f] }], topK: 3);

        Assert.That(metrics.MicroAccuracy, Is.EqualTo(3 / 6.0));
        Assert.That(metrics.MacroAccuracy, Is.EqualTo((2 / 3.0 + 0 + 1) / 3).Within(1e-15));    // not one of the three classes
        Assert.That(metrics.LogLoss, Is.EqualTo((5 * Evaluate(Rows).LogLoss + 15 * Math.Log(10)) / 6).Within(1e-6));
        Assert.That(metrics.TopKAccuracyForAllK, Is.EqualTo(new[] { 3 / 6.0, 4 / 6.0, 5 / 6.0 }).Within(1e-14));
        Assert.That(metrics.ConfusionMatrix.Counts.Sum(row => row.Sum()), Is.EqualTo(5));
    }

    [TestCase(0u, 0)]
    [TestCase(1u, 1)]
    [TestCase(2u, 2)]
    public void Evaluate_WithEqualScores_RanksTheFirstBest(uint label, int rank)
    {
        var metrics = Evaluate([new() { Label = label, Score = [0.4f, 0.4f, 0.2f] }], topK: 3);

        Assert.That(metrics.ConfusionMatrix.Counts[(int)label], Is.EqualTo(new[] { 1, 0, 0 }));
        Assert.That(metrics.MicroAccuracy, Is.EqualTo(label == 0 ? 1 : 0));
        Assert.That(metrics.TopKAccuracyForAllK, Is.EqualTo(Enumerable.Range(0, 3).Select(k => k >= rank ? 1.0 : 0)));
    }

    private static MulticlassClassificationMetrics Evaluate(Row[] rows, int topK = 0) =>
        Ml.MulticlassClassification.Evaluate(Ml.Data.LoadFromEnumerable(rows), topKPredictionCount: topK);

    private static MulticlassClassificationMetrics EvaluateAny<T>(T row) where T : class =>
        Ml.MulticlassClassification.Evaluate(Ml.Data.LoadFromEnumerable([row]));

    private static string[] Lines(string text) => text.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();

    private static void AssertSame(MulticlassClassificationMetrics actual, MulticlassClassificationMetrics expected)
    {
        Assert.That(actual.MicroAccuracy, Is.EqualTo(expected.MicroAccuracy));
        Assert.That(actual.LogLoss, Is.EqualTo(expected.LogLoss));
        Assert.That(actual.ConfusionMatrix.Counts, Is.EqualTo(expected.ConfusionMatrix.Counts));
    }

    private sealed class Row
    {
        public float Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class LongKeyRow
    {
        [KeyType(3)]
        public ulong Label { get; set; }

        [VectorType(3)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class IntRow
    {
        public int Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class TextRow
    {
        public string Label { get; set; } = "";

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class LooseRow
    {
        public float Label { get; set; }

        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class DoubleRow
    {
        public float Label { get; set; }

        [VectorType(2)]
        public double[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }

    private sealed class SingleRow
    {
        public float Label { get; set; }

        [VectorType(1)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }
}

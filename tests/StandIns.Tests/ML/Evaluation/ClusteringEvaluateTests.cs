using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML.Evaluation;

public class ClusteringEvaluateTests
{
    private static readonly MLContext Ml = new(seed: 1);

    // Two rows in each cluster (the smallest score decides); centroids (1, 0) and (10, 2), mean distances to them 1 and 2.
    private static readonly Row[] Rows =
    [
        new() { Label = 0, Score = [1, 104], Features = [0, 0] },
        new() { Label = 1, Score = [1, 68], Features = [2, 0] },
        new() { Label = 1, Score = [81, 4], Features = [10, 0] },
        new() { Label = 1, Score = [97, 4], Features = [10, 4] },
    ];

    [Test]
    public void Evaluate_AveragesTheSmallestScores() =>
        Assert.That(Ml.Clustering.Evaluate(Load(Rows)).AverageDistance, Is.EqualTo((1 + 1 + 4 + 4) / 4.0));

    [Test]
    public void Evaluate_WithLabels_NormalizesMutualInformationByLabelEntropy()
    {
        var metrics = Ml.Clustering.Evaluate(Load(Rows), labelColumnName: "Label");

        // Joint shares: (class 0, cluster 0) 1/4, (1, 0) 1/4, (1, 1) 1/2; classes 1/4 and 3/4, clusters 1/2 each.
        var information = Math.Log(1 / 4.0 / (1 / 4.0 * 1 / 2)) / 4 + Math.Log(1 / 4.0 / (3 / 4.0 * 1 / 2)) / 4
            + Math.Log(1 / 2.0 / (3 / 4.0 * 1 / 2)) / 2;
        var entropy = -(1 / 4.0 * Math.Log(1 / 4.0) + 3 / 4.0 * Math.Log(3 / 4.0));
        Assert.That(metrics.NormalizedMutualInformation, Is.EqualTo(information / entropy).Within(1e-14));
    }

    [Test]
    public void Evaluate_WithLabelsLikeClusters_HasMutualInformationOne()
    {
        var rows = Rows.Select((r, i) => new Row { Label = i < 2 ? 0 : 1, Score = r.Score, Features = r.Features }).ToArray();

        Assert.That(Ml.Clustering.Evaluate(Load(rows), labelColumnName: "Label").NormalizedMutualInformation, Is.EqualTo(1).Within(1e-14));
    }

    [Test]
    public void Evaluate_WithFeatures_ComparesScatterWithSeparation()
    {
        var metrics = Ml.Clustering.Evaluate(Load(Rows), featureColumnName: "Features");

        // Both clusters have (1 + 2) / |(1, 0) - (10, 2)|.
        Assert.That(metrics.DaviesBouldinIndex, Is.EqualTo(3 / Math.Sqrt(85)).Within(1e-6));
    }

    [Test]
    public void Evaluate_WithScoreOnly_LeavesTheOthersOut()
    {
        var metrics = Ml.Clustering.Evaluate(Load(Rows));

        Assert.That(metrics.NormalizedMutualInformation, Is.NaN);
        Assert.That(metrics.DaviesBouldinIndex, Is.Zero);
    }

    [Test]
    public void Evaluate_WithScoreNaN_SkipsTheRow()
    {
        Row[] rows = [.. Rows, new() { Score = [float.NaN, 1], Features = [5, 5] }];

        var metrics = Ml.Clustering.Evaluate(Load(rows), featureColumnName: "Features");

        Assert.That(metrics.AverageDistance, Is.EqualTo(2.5));
        Assert.That(metrics.DaviesBouldinIndex, Is.EqualTo(3 / Math.Sqrt(85)).Within(1e-6));
    }

    [Test]
    public void Evaluate_WithFractionalLabel_Throws()
    {
        var data = Load([new() { Label = 0.5f, Score = [1, 2], Features = [0, 0] }]);

        Assert.That(() => Ml.Clustering.Evaluate(data, labelColumnName: "Label"),
            Throws.InvalidOperationException.With.Message.Contains("Invalid label"));
    }

    private static IDataView Load(Row[] rows) => Ml.Data.LoadFromEnumerable(rows);

    private sealed class Row
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        [VectorType(2)]
        public float[] Features { get; set; } = [];
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML.Evaluation;

public class CrossValidateTests
{
    private const int RowCount = 60;
    private const int Folds = 4;

    private readonly MLContext _ml = new(seed: 1);

    [Test]
    public void CrossValidate_HoldsEveryRowOutOnce()
    {
        var results = _ml.Regression.CrossValidate(Scores(), new RecordingEstimator(), Folds);

        Assert.That(results.Select(result => result.Fold), Is.EqualTo(Enumerable.Range(0, Folds)));
        Assert.That(results.SelectMany(result => Ids(result.ScoredHoldOutSet)), Is.EquivalentTo(Enumerable.Range(0, RowCount)));
        Assert.That(results.Select(result => Ids(result.ScoredHoldOutSet).Length), Has.All.GreaterThan(0));
    }

    [Test]
    public void CrossValidate_FitsOnTheOtherFolds()
    {
        var estimator = new RecordingEstimator();

        var results = _ml.Regression.CrossValidate(Scores(), estimator, Folds);

        Assert.That(estimator.Models, Is.EqualTo(results.Select(result => result.Model)));
        for (var fold = 0; fold < Folds; fold++)
            Assert.That(estimator.TrainingIds[fold].Concat(Ids(results[fold].ScoredHoldOutSet)),
                Is.EquivalentTo(Enumerable.Range(0, RowCount)));
    }

    [Test]
    public void CrossValidate_EvaluatesTheHoldOutSet()
    {
        foreach (var result in _ml.Regression.CrossValidate(Scores(), new RecordingEstimator(), Folds))
        {
            var again = _ml.Regression.Evaluate(result.ScoredHoldOutSet);
            Assert.That(result.Metrics.MeanAbsoluteError, Is.EqualTo(again.MeanAbsoluteError).And.GreaterThan(0));
        }
    }

    [Test]
    public void CrossValidate_WithOneSeed_RepeatsTheFolds()
    {
        var first = HoldOuts(seed: 7);

        Assert.That(HoldOuts(seed: 7), Is.EqualTo(first));
        Assert.That(HoldOuts(seed: 8), Is.Not.EqualTo(first));
    }

    [Test]
    public void CrossValidate_WithSamplingKey_KeepsGroupsTogether()
    {
        var results = _ml.Regression.CrossValidate(Scores(), new RecordingEstimator(), 3, samplingKeyColumnName: "Group");

        var foldsOfGroup = results.SelectMany(result => Ids(result.ScoredHoldOutSet).Select(id => (Group: id / 10, result.Fold)))
            .Distinct().GroupBy(pair => pair.Group);
        Assert.That(foldsOfGroup.Select(group => group.Count()), Is.EqualTo(Enumerable.Repeat(1, RowCount / 10)));
    }

    [Test]
    public void CrossValidate_WithOneFold_Throws() =>
        Assert.That(() => _ml.Regression.CrossValidate(Scores(), new RecordingEstimator(), numberOfFolds: 1),
            Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void CrossValidate_OfBinaryClassification_GivesItsMetrics()
    {
        var calibrated = _ml.BinaryClassification.CrossValidate(Scores(), new RecordingEstimator(), 3, "IsEven");
        var plain = _ml.BinaryClassification.CrossValidateNonCalibrated(Scores(), new RecordingEstimator(), 3, "IsEven");

        Assert.That(calibrated.Select(result => result.Metrics.LogLoss), Is.EqualTo(new[] { 1, 1, 1 }));    // one bit at probability 1/2
        Assert.That(plain.Select(result => result.Metrics.Accuracy), Has.Exactly(3).InRange(0.01, 0.99));
    }

    [Test]
    public void CrossValidate_OfVectorScores_GivesTheirMetrics()
    {
        var data = _ml.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount)
            .Select(i => new VectorRow { Label = i % 2, Score = [0.25f, 0.75f] }).ToArray());

        var multiclass = _ml.MulticlassClassification.CrossValidate(data, new RecordingEstimator(), 3);
        var clustering = _ml.Clustering.CrossValidate(data, new RecordingEstimator(), 3);

        Assert.That(multiclass.Select(result => result.Metrics.PerClassLogLoss[1]), Is.All.EqualTo(-Math.Log(0.75)).Within(1e-7));
        Assert.That(clustering.Select(result => result.Metrics.AverageDistance), Is.EqualTo(new[] { 0.25, 0.25, 0.25 }));
    }

    private IDataView Scores() => _ml.Data.LoadFromEnumerable(Enumerable.Range(0, RowCount)
        .Select(i => new Row { Id = i, Label = i, IsEven = i % 2 == 0, Score = i % 10 - 5, Group = (uint)(i / 10) }).ToArray());

    private List<int[]> HoldOuts(int seed) => [.. _ml.Regression.CrossValidate(Scores(), new RecordingEstimator(), Folds, seed: seed)
        .Select(result => Ids(result.ScoredHoldOutSet))];

    private static int[] Ids(IDataView data) => data.Schema.GetColumnOrNull("Id") is { } column ? [.. data.GetColumn<int>(column)] : [];

    // Learns nothing, but remembers what each fold was fitted on; the data brings its scores along.
    private sealed class RecordingEstimator : IEstimator<ITransformer>
    {
        public List<int[]> TrainingIds { get; } = [];

        public List<ITransformer> Models { get; } = [];

        public ITransformer Fit(IDataView input)
        {
            TrainingIds.Add(Ids(input));
            Models.Add(new Identity());
            return Models[^1];
        }

        public SchemaShape GetOutputSchema(SchemaShape inputSchema) => inputSchema;
    }

    private sealed class Identity : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }

    private sealed class Row
    {
        public int Id { get; set; }

        public float Label { get; set; }

        public bool IsEven { get; set; }

        public float Score { get; set; }

        public float Probability { get; set; } = 0.5f;

        public bool PredictedLabel { get; set; }

        [KeyType(6)]
        public uint Group { get; set; }
    }

    private sealed class VectorRow
    {
        public float Label { get; set; }

        [VectorType(2)]
        public float[] Score { get; set; } = [];

        public float PredictedLabel { get; set; }
    }
}

using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class ClusteringCatalog
{
    public ClusteringMetrics Evaluate(IDataView data, string labelColumnName = null, string scoreColumnName = "Score",
        string featureColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        DataViewSchema.Column? label = labelColumnName == null ? null : EvaluatedColumns.Find(data, labelColumnName, "label");
        DataViewSchema.Column? features = featureColumnName == null ? null : EvaluatedColumns.Find(data, featureColumnName, "features");
        var score = EvaluatedColumns.Find(data, scoreColumnName, "score");
        var clusters = EvaluatedColumns.CheckVector(score, "score", 1, "known-size vector of Single");
        if (label is { } column)
            EvaluatedColumns.Check(column.Type == NumberDataViewType.Single || EvaluatedColumns.KeyCount(column) > 0,
                column, "label", "Single or KeyType");
        var scatter = features is { } vector
            ? new ClusterScatter(clusters, EvaluatedColumns.CheckVector(vector, "features", 1, "known-size vector of Single"))
            : null;

        var tally = new ClusteringTally(clusters);
        ReadRows(data, score, features, label, (labelValue, scores, point) =>
        {
            var cluster = tally.Add(labelValue, scores);
            if (cluster >= 0)
                scatter?.AddToCentroid(cluster, point);
        });
        scatter?.FinishCentroids();
        if (scatter != null)
            ReadRows(data, score, features, label: null, (_, scores, point) =>
            {
                var cluster = ClusteringTally.Nearest(scores);
                if (cluster >= 0)
                    scatter.AddDistance(cluster, point);
            });
        return new ClusteringMetrics(tally, scatter);
    }

    public IReadOnlyList<CrossValidationResult<ClusteringMetrics>> CrossValidate(IDataView data, IEstimator<ITransformer> estimator,
        int numberOfFolds = 5, string labelColumnName = null, string featuresColumnName = null, string samplingKeyColumnName = null,
        int? seed = null) =>
        CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed,
            scored => Evaluate(scored, labelColumnName, featureColumnName: featuresColumnName));

    private delegate void RowAction(float label, ReadOnlySpan<float> scores, ReadOnlySpan<float> features);

    private static void ReadRows(IDataView data, DataViewSchema.Column score, DataViewSchema.Column? features, DataViewSchema.Column? label,
        RowAction action)
    {
        using var cursor = data.GetRowCursor(new[] { score, features, label }.OfType<DataViewSchema.Column>());
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        var getFeatures = features is { } f ? cursor.GetGetter<VBuffer<float>>(f) : null;
        var getLabel = label is { } l ? EvaluatedColumns.LabelGetter(cursor, l) : null;
        VBuffer<float> scores = default, point = default;
        var scoreValues = new float[((VectorDataViewType)score.Type).Size];
        var pointValues = new float[features is { } v ? ((VectorDataViewType)v.Type).Size : 0];
        var labelValue = float.NaN;
        while (cursor.MoveNext())
        {
            getLabel?.Invoke(ref labelValue);
            getScores(ref scores);
            scores.CopyTo(scoreValues);
            getFeatures?.Invoke(ref point);
            point.CopyTo(pointValues);
            action(labelValue, scoreValues, pointValues);
        }
    }
}

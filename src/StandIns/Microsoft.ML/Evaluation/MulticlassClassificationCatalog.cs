using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class MulticlassClassificationCatalog
{
    public MulticlassClassificationMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score",
        string predictedLabelColumnName = "PredictedLabel", int topKPredictionCount = 0)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfNegative(topKPredictionCount);
        var label = EvaluatedColumns.Find(data, labelColumnName, "label");
        var score = EvaluatedColumns.Find(data, scoreColumnName, "score");
        EvaluatedColumns.Find(data, predictedLabelColumnName, "predicted label");    // has to be there, is not read
        var classes = EvaluatedColumns.CheckVector(score, "score", 2, "vector of two or more items of type Single");
        EvaluatedColumns.Check(label.Type == NumberDataViewType.Single || EvaluatedColumns.KeyCount(label) > 0,
            label, "label", "Single or KeyType");

        var tally = Count(data, label, score, classes);
        var names = EvaluatedColumns.Texts(score, AnnotationKinds.SlotNames) ?? [.. Enumerable.Range(0, classes).Select(i => i.ToString())];
        return new MulticlassClassificationMetrics(tally, names, topKPredictionCount);
    }

    public IReadOnlyList<CrossValidationResult<MulticlassClassificationMetrics>> CrossValidate(IDataView data,
        IEstimator<ITransformer> estimator, int numberOfFolds = 5, string labelColumnName = "Label",
        string samplingKeyColumnName = null, int? seed = null) =>
        CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed, scored => Evaluate(scored, labelColumnName));

    private static MulticlassTally Count(IDataView data, DataViewSchema.Column label, DataViewSchema.Column score, int classes)
    {
        var tally = new MulticlassTally(classes);
        using var cursor = data.GetRowCursor([label, score]);
        var getLabel = EvaluatedColumns.LabelGetter(cursor, label);
        var getScores = cursor.GetGetter<VBuffer<float>>(score);
        var labelValue = 0f;
        var scores = default(VBuffer<float>);
        var dense = new float[classes];
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            getScores(ref scores);
            scores.CopyTo(dense);
            tally.Add(labelValue, dense);
        }
        return tally;
    }
}

using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class BinaryClassificationCatalog
{
    public CalibratedBinaryClassificationMetrics Evaluate(IDataView data, string labelColumnName = "Label",
        string scoreColumnName = "Score", string probabilityColumnName = "Probability", string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        var probability = EvaluatedColumns.Find(data, probabilityColumnName, "probability");
        EvaluatedColumns.Check(probability.Type == NumberDataViewType.Single, probability, "probability", "Single");
        var label = Label(data, labelColumnName);
        return new CalibratedBinaryClassificationMetrics(
            Count(data, label, scoreColumnName, predictedLabelColumnName, probability), ClassNames(label));
    }

    public BinaryClassificationMetrics EvaluateNonCalibrated(IDataView data, string labelColumnName = "Label",
        string scoreColumnName = "Score", string predictedLabelColumnName = "PredictedLabel")
    {
        ArgumentNullException.ThrowIfNull(data);
        var label = Label(data, labelColumnName);
        return new BinaryClassificationMetrics(
            Count(data, label, scoreColumnName, predictedLabelColumnName, probability: null), ClassNames(label));
    }

    public IReadOnlyList<CrossValidationResult<CalibratedBinaryClassificationMetrics>> CrossValidate(IDataView data,
        IEstimator<ITransformer> estimator, int numberOfFolds = 5, string labelColumnName = "Label",
        string samplingKeyColumnName = null, int? seed = null) =>
        CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed, scored => Evaluate(scored, labelColumnName));

    public IReadOnlyList<CrossValidationResult<BinaryClassificationMetrics>> CrossValidateNonCalibrated(IDataView data,
        IEstimator<ITransformer> estimator, int numberOfFolds = 5, string labelColumnName = "Label",
        string samplingKeyColumnName = null, int? seed = null) =>
        CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed,
            scored => EvaluateNonCalibrated(scored, labelColumnName));

    private static BinaryTally Count(IDataView data, DataViewSchema.Column label, string scoreName, string predictedLabelName,
        DataViewSchema.Column? probability)
    {
        var score = EvaluatedColumns.Find(data, scoreName, "score");
        EvaluatedColumns.Find(data, predictedLabelName, "predicted label");    // has to be there, is not read
        EvaluatedColumns.Check(score.Type == NumberDataViewType.Single, score, "score", "Single");

        var tally = new BinaryTally();
        using var cursor = data.GetRowCursor(probability is { } column ? [label, score, column] : [label, score]);
        var getLabel = EvaluatedColumns.LabelGetter(cursor, label);
        var getScore = cursor.GetGetter<float>(score);
        var getProbability = probability is { } p ? cursor.GetGetter<float>(p) : (ref float value) => value = float.NaN;
        float labelValue = 0, scoreValue = 0, probabilityValue = 0;
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            getScore(ref scoreValue);
            getProbability(ref probabilityValue);
            tally.Add(labelValue, scoreValue, probabilityValue);
        }
        return tally;
    }

    private static DataViewSchema.Column Label(IDataView data, string name)
    {
        var label = EvaluatedColumns.Find(data, name, "label");
        EvaluatedColumns.Check(label.Type == NumberDataViewType.Single || label.Type == NumberDataViewType.Double
            || label.Type == BooleanDataViewType.Instance || EvaluatedColumns.KeyCount(label) == 2,
            label, "label", "Single, Double, Boolean, or a KeyType with cardinality 2");
        return label;
    }

    // The names of a key label come in key order, although the second key is the positive class.
    private static string[] ClassNames(DataViewSchema.Column label) =>
        label.Type is KeyDataViewType && EvaluatedColumns.Texts(label, AnnotationKinds.KeyValues) is { } names
            ? names
            : ["positive", "negative"];
}

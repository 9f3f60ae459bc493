using Microsoft.ML.Data;

namespace Microsoft.ML;

public sealed partial class RegressionCatalog
{
    public RegressionMetrics Evaluate(IDataView data, string labelColumnName = "Label", string scoreColumnName = "Score")
    {
        ArgumentNullException.ThrowIfNull(data);
        var label = EvaluatedColumns.Find(data, labelColumnName, "label");
        var score = EvaluatedColumns.Find(data, scoreColumnName, "score");
        EvaluatedColumns.Check(score.Type == NumberDataViewType.Single, score, "score", "Single");
        EvaluatedColumns.Check(label.Type == NumberDataViewType.Single, label, "label", "Single");

        var tally = new RegressionTally();
        using var cursor = data.GetRowCursor([label, score]);
        var getLabel = cursor.GetGetter<float>(label);
        var getScore = cursor.GetGetter<float>(score);
        float labelValue = 0, scoreValue = 0;
        while (cursor.MoveNext())
        {
            getLabel(ref labelValue);
            getScore(ref scoreValue);
            tally.Add(labelValue, scoreValue);
        }
        return new RegressionMetrics(tally);
    }

    public IReadOnlyList<CrossValidationResult<RegressionMetrics>> CrossValidate(IDataView data, IEstimator<ITransformer> estimator,
        int numberOfFolds = 5, string labelColumnName = "Label", string samplingKeyColumnName = null, int? seed = null) =>
        CrossValidate(data, estimator, numberOfFolds, samplingKeyColumnName, seed, scored => Evaluate(scored, labelColumnName));
}

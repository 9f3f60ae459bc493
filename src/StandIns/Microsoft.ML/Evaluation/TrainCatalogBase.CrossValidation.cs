namespace Microsoft.ML;

public abstract partial class TrainCatalogBase
{
    // One model a fold: fitted on the other folds, then scored and evaluated on this one.
    private protected IReadOnlyList<CrossValidationResult<T>> CrossValidate<T>(IDataView data, IEstimator<ITransformer> estimator,
        int folds, string samplingKeyColumnName, int? seed, Func<IDataView, T> evaluate) where T : class
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(estimator);
        var splits = new DataOperationsCatalog(Environment).CrossValidationSplit(data, folds, samplingKeyColumnName, seed);
        var scored = splits.Select(split => Score(estimator, split)).ToList();    // every model is fitted before the first evaluation
        return [.. scored.Select((fold, i) => new CrossValidationResult<T>(fold.Model, evaluate(fold.Scores), fold.Scores, i))];
    }

    private static (ITransformer Model, IDataView Scores) Score(IEstimator<ITransformer> estimator,
        DataOperationsCatalog.TrainTestData split)
    {
        var model = estimator.Fit(split.TrainSet);
        return (model, model.Transform(split.TestSet));
    }

    public sealed class CrossValidationResult<T> where T : class
    {
        public readonly T Metrics;

        public readonly ITransformer Model;

        public readonly IDataView ScoredHoldOutSet;

        public readonly int Fold;

        internal CrossValidationResult(ITransformer model, T metrics, IDataView scores, int fold)
        {
            Model = model;
            Metrics = metrics;
            ScoredHoldOutSet = scores;
            Fold = fold;
        }
    }
}

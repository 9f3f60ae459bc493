using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML;

public sealed partial class DataOperationsCatalog
{
    /// <summary>The seed of a split where neither the call nor the context names one: splits are repeatable even then.</summary>
    private const int DefaultSplitSeed = 42;

    internal DataOperationsCatalog(HostEnvironment environment) => Environment = environment;

    internal HostEnvironment Environment { get; }

    public TrainTestData TrainTestSplit(IDataView data, double testFraction = 0.1, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (testFraction is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), testFraction, "Must be between 0 and 1 exclusive");
        return Split(SplitColumn(data, samplingKeyColumnName, seed), 0, testFraction);
    }

    public IReadOnlyList<TrainTestData> CrossValidationSplit(
        IDataView data, int numberOfFolds = 5, string samplingKeyColumnName = null, int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(nameof(numberOfFolds), numberOfFolds, "Must be more than 1");
        var source = SplitColumn(data, samplingKeyColumnName, seed);
        return Enumerable.Range(0, numberOfFolds)
            .Select(fold => Split(source, (double)fold / numberOfFolds, (double)(fold + 1) / numberOfFolds))
            .ToArray();
    }

    public IDataView FilterRowsByColumn(
        IDataView input, string columnName, double lowerBound = double.NegativeInfinity, double upperBound = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(input);
        var column = Columns.Find(input.Schema, columnName, "filter");
        if (column.Type != NumberDataViewType.Single && column.Type != NumberDataViewType.Double)
            throw new ArgumentOutOfRangeException(
                nameof(columnName), $"Filter column '{columnName}' has type {column.Type}; Single or Double is needed.");
        return new FilterView(input, [column], row => RowTests.Range(row, column, lowerBound, upperBound));
    }

    public IDataView FilterRowsByKeyColumnFraction(IDataView input, string columnName, double lowerBound = 0, double upperBound = 1)
    {
        ArgumentNullException.ThrowIfNull(input);
        var column = Columns.Find(input.Schema, columnName, "filter");
        if (column.Type is not KeyDataViewType)
            throw new ArgumentOutOfRangeException(
                nameof(columnName), $"Filter column '{columnName}' has type {column.Type}; a key is needed.");
        return new FilterView(input, [column], row => RowTests.Range(row, column, lowerBound, upperBound));
    }

    public IDataView FilterRowsByMissingValues(IDataView input, params string[] columns)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (columns is not { Length: > 0 })
            throw new ArgumentException("Name at least one column.", nameof(columns));
        var tested = Array.ConvertAll(columns, name => Columns.Find(input.Schema, name, "filter"));
        return new FilterView(input, tested, row =>
        {
            var tests = Array.ConvertAll(tested, column => RowTests.Present(row, column));
            return () => Array.TrueForAll(tests, test => test());
        });
    }

    public IDataView ShuffleRows(IDataView input, int? seed = null, int shufflePoolSize = 1000, bool shuffleSource = true)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shufflePoolSize);
        return new ShuffleView(input, seed ?? Environment.Register(nameof(ShuffleRows)).Rand.Next(), shufflePoolSize, shuffleSource);
    }

    public IDataView SkipRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new SliceView(input, count, long.MaxValue);
    }

    public IDataView TakeRows(IDataView input, long count)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new SliceView(input, 0, count);
    }

    public IDataView Cache(IDataView input, params string[] columnsToPrefetch)
    {
        ArgumentNullException.ThrowIfNull(input);
        var view = new CacheView(input);
        if (columnsToPrefetch is { Length: > 0 })
            view.Fill(Columns.Flags(columnsToPrefetch.Select(name => Columns.Find(input.Schema, name, "prefetch")), input.Schema.Count));
        return view;
    }

    private (IDataView Data, DataViewSchema.Column Column) SplitColumn(IDataView data, string groupColumn, int? seed) =>
        SplitColumnView.Create(data, groupColumn, seed ?? Environment.Seed ?? DefaultSplitSeed);

    private static TrainTestData Split((IDataView Data, DataViewSchema.Column Column) source, double lower, double upper) => new(
        new FilterView(source.Data, [source.Column], row => RowTests.Range(row, source.Column, lower, upper, complement: true)),
        new FilterView(source.Data, [source.Column], row => RowTests.Range(row, source.Column, lower, upper)));

    public struct TrainTestData
    {
        public readonly IDataView TrainSet;
        public readonly IDataView TestSet;

        internal TrainTestData(IDataView trainSet, IDataView testSet)
        {
            TrainSet = trainSet;
            TestSet = testSet;
        }
    }
}

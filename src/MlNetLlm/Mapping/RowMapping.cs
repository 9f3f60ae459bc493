using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>
/// A <see cref="RowTransformer{TInput, TOutput}"/> bound to one input schema: which columns it reads, passes on and adds.
/// </summary>
internal sealed class RowMapping<TInput, TOutput> : IRowToRowMapper
{
    private readonly IReadOnlyList<OutputColumn<TOutput>> _added;

    public RowMapping(RowTransformer<TInput, TOutput> transformer, DataViewSchema input)
    {
        Transformer = transformer;
        InputSchema = input;
        Inputs = transformer.InputColumns(input);
        _added = transformer.OutputColumns(input);
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        foreach (var column in _added) builder.AddColumn(column.Name, column.Type, column.Annotations);
        OutputSchema = builder.ToSchema();
    }

    public RowTransformer<TInput, TOutput> Transformer { get; }

    public DataViewSchema InputSchema { get; }

    public DataViewSchema OutputSchema { get; }

    /// <summary>The input columns that the computation reads.</summary>
    public IReadOnlyList<DataViewSchema.Column> Inputs { get; }

    public bool IsAdded(DataViewSchema.Column column) => column.Index >= InputSchema.Count;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns)
    {
        var needed = dependingColumns.ToList();
        var passed = needed.Where(c => !IsAdded(c)).Select(c => InputSchema[c.Index]);
        return (needed.Exists(IsAdded) ? passed.Concat(Inputs) : passed).DistinctBy(c => c.Index);
    }

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        var read = new Lazy<Func<TInput>>(() => Transformer.Reader(input));
        var position = long.MinValue;
        var current = default(TOutput)!;
        return new MappedRow<TInput, TOutput>(this, input, activeColumns.Select(c => c.Index).ToHashSet(), () =>
        {
            if (position != input.Position) current = Transformer.Compute([read.Value()])[0];
            position = input.Position;
            return current;
        });
    }

    /// <summary>A getter of an output column over an input row and the computed result.</summary>
    public ValueGetter<TValue> Getter<TValue>(DataViewSchema.Column column, DataViewRow input, Func<TOutput> current) =>
        IsAdded(column) ? AddedGetter<TValue>(column, current) : input.GetGetter<TValue>(InputSchema[column.Index]);

    /// <summary>A getter of a computed column.</summary>
    public ValueGetter<TValue> AddedGetter<TValue>(DataViewSchema.Column column, Func<TOutput> current) =>
        Typed<TValue>(_added[column.Index - InputSchema.Count].Getter(current), column);

    /// <summary>A getter as the type that it is read as.</summary>
    /// <exception cref="InvalidOperationException">The column is of another type.</exception>
    public static ValueGetter<TValue> Typed<TValue>(Delegate getter, DataViewSchema.Column column) =>
        getter as ValueGetter<TValue> ?? throw new InvalidOperationException(
            $"Column '{column.Name}' has type {column.Type} and was read as {typeof(TValue).Name}.");

    /// <exception cref="ArgumentException">The column is not among the active ones.</exception>
    public static void RequireActive(IReadOnlySet<int> active, DataViewSchema.Column column)
    {
        if (!active.Contains(column.Index))
            throw new ArgumentException($"Column '{column.Name}' was not asked for when this cursor was opened.");
    }
}

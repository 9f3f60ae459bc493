using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;

namespace MlNetLlm.Mapping;

/// <summary>How a column of a saved transformer is made from what its custom mapping gives under fixed names.</summary>
/// <param name="Make">The ML.NET component that makes the column.</param>
internal sealed record SavedOutput(Func<MLContext, IEstimator<ITransformer>> Make)
{
    /// <summary>The column as it is.</summary>
    public static SavedOutput Copy(string name, string column) => new(ml => ml.Transforms.CopyColumns(column, name));

    /// <summary>A vector of known size, which the mapping gives as <see cref="SavedVector"/>.</summary>
    public static SavedOutput Vector(string column, int size) => new(ml => ml.Transforms.Concatenate(column, SavedVector.Names(size)));

    /// <summary>
    /// The scores of classes, which the mapping gives as <see cref="SavedScores"/>: a vector whose slots have the classes' names, or, where
    /// a column of the data has one of these names already or there are too many, none.
    /// </summary>
    /// <param name="column">The vector.</param>
    /// <param name="names">The classes' names.</param>
    /// <param name="taken">Names of columns that may be there.</param>
    public static SavedOutput Scores(string column, IReadOnlyList<string> names, IEnumerable<string> taken)
    {
        if (!SavedScores.CanName(names, taken)) return Vector(column, names.Count);
        return new(ml =>
        {
            IEstimator<ITransformer> chain = new EstimatorChain<ITransformer>();
            foreach (var (number, name) in names.Index())
                chain = chain.Append(ml.Transforms.CopyColumns(name, SavedScores.ColumnOf(number)));
            return chain.Append(ml.Transforms.Concatenate(column, [.. names])).Append(ml.Transforms.DropColumns([.. names]));
        });
    }

    /// <summary>A key, which the mapping gives as the text of its value.</summary>
    public static SavedOutput Key(string name, string column, IReadOnlyList<string> values)
    {
        var known = new RowsView<string>(
            () => values, new RowsColumn<string>("Value", TextDataViewType.Instance, (string row) => row.AsMemory()));
        return new(ml => ml.Transforms.Conversion.MapValueToKey(column, name, keyData: known));
    }
}

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

    /// <summary>A key, which the mapping gives as the text of its value.</summary>
    public static SavedOutput Key(string name, string column, IReadOnlyList<string> values)
    {
        var known = new RowsView<string>(
            () => values, new RowsColumn<string>("Value", TextDataViewType.Instance, (string row) => row.AsMemory()));
        return new(ml => ml.Transforms.Conversion.MapValueToKey(column, name, keyData: known));
    }
}

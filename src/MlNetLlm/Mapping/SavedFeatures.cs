using System.ComponentModel;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Data;

namespace MlNetLlm.Mapping;

/// <summary>The features column of a saved transformer under its fixed name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedFeatures
{
    internal const string Column = "MlNetLlm.Features";

    /// <summary>The row's features.</summary>
    [ColumnName(Column)]
    public VBuffer<float> Features { get; set; }

    /// <summary>No rows, with a features column of a size.</summary>
    internal static IDataView Example(string column, int size) => new RowsView<string>(
        () => [],
        new RowsColumn<string>(column, new VectorDataViewType(NumberDataViewType.Single, size), (string _) => default(VBuffer<float>)));
}

/// <summary>Features and payload of a saved transformer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedFeaturesAndPayload : SavedFeatures, ISavedPayload
{
    /// <summary>The packed payload.</summary>
    [ColumnName(PayloadColumns.Payload)]
    public VBuffer<float> Payload { get; set; }
}

/// <summary>Gives every row with features the constant key.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class FeaturesKeyFactory : CustomMappingFactory<SavedFeatures, PayloadKey>
{
    internal const string Contract = "MlNetLlm.FeaturesKey";

    /// <inheritdoc/>
    public override Action<SavedFeatures, PayloadKey> GetMapping() => (_, key) => key.Key = PayloadColumns.KeyValue;
}

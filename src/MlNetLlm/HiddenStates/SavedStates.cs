using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;

namespace MlNetLlm.HiddenStates;

/// <summary>The results of a saved reader of hidden states under their fixed names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedStates : SavedVector
{
    internal const string AllColumn = "MlNetLlm.All";

    /// <summary>The states where their number depends on the text.</summary>
    [ColumnName(AllColumn)]
    public VBuffer<float> All { get; set; }
}

/// <summary>Rebuilds a reader of hidden states in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class HiddenStatesFactory : SavedFactory<SavedTextAndPayload, SavedStates, HiddenStatesTransformer>
{
    private const string Contract = "MlNetLlm.HiddenStates";

    internal override string ContractName => Contract;

    private protected override HiddenStatesTransformer Restore(byte[] payload) =>
        SavedModelPayload.Unpack<HiddenStatesOptions, HiddenStatesTransformer>(payload, (model, options) => new(model, options));

    private protected override void Map(HiddenStatesTransformer state, SavedTextAndPayload input, SavedStates output)
    {
        var vector = state.Compute([input.Text.ToString()])[0];
        if (state.Options.Pooling == HiddenStatePooling.All) output.All = new VBuffer<float>(vector.Length, vector);
        else output.Set(vector);
    }
}

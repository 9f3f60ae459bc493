using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;

namespace MlNetLlm.Generation;

/// <summary>The results of a saved generator under their fixed names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedGeneration
{
    internal const string TextColumn = "MlNetLlm.Generated";
    internal const string CutColumn = "MlNetLlm.CutTokens";

    /// <summary>The continuation.</summary>
    [ColumnName(TextColumn)]
    public string Text { get; set; } = "";

    /// <summary>Tokens cut off the prompt.</summary>
    [ColumnName(CutColumn)]
    public int CutTokens { get; set; }
}

/// <summary>Rebuilds a generator in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class GenerateFactory : SavedFactory<SavedTextAndPayload, SavedGeneration, GenerateTransformer>
{
    private const string Contract = "MlNetLlm.Generate";

    internal override string ContractName => Contract;

    private protected override GenerateTransformer Restore(byte[] payload) =>
        SavedModelPayload.Unpack<GenerationOptions, GenerateTransformer>(payload, (model, options) => new(model, options));

    private protected override void Map(GenerateTransformer state, SavedTextAndPayload input, SavedGeneration output) =>
        (output.Text, output.CutTokens) = state.Compute([input.Text.ToString()])[0];
}

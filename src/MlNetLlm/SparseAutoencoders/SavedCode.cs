using System.ComponentModel;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>The results of a saved encoder of hidden states under their fixed names.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedCode : SavedVector
{
    internal const string LatentsColumn = "MlNetLlm.Latents";
    internal const string StrengthsColumn = "MlNetLlm.Strengths";

    /// <summary>The active latents' numbers.</summary>
    [ColumnName(LatentsColumn)]
    public VBuffer<int> Latents { get; set; }

    /// <summary>Their activations.</summary>
    [ColumnName(StrengthsColumn)]
    public VBuffer<float> Strengths { get; set; }
}

/// <summary>Rebuilds an encoder of hidden states in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class SparseAutoencoderFactory : SavedFactory<SavedFeaturesAndPayload, SavedCode, SparseAutoencoderTransformer>
{
    private const string Contract = "MlNetLlm.SparseAutoencoder";

    internal override string ContractName => Contract;

    private protected override SparseAutoencoderTransformer Restore(byte[] payload) =>
        PackedFolder.Unpack(payload, SparseAutoencoderFolder.ReadTransformer);

    private protected override void Map(SparseAutoencoderTransformer state, SavedFeaturesAndPayload input, SavedCode output)
    {
        var features = new float[state.Autoencoder.Width];
        input.Features.CopyTo(features);
        var code = state.Compute([features])[0];
        var vector = state.Output(code);
        var dense = new float[vector.Length];
        vector.CopyTo(dense);
        output.Set(dense);
        output.Latents = new VBuffer<int>(code.Latents.Count, [.. code.Latents]);
        output.Strengths = new VBuffer<float>(code.Strengths.Count, [.. code.Strengths]);
    }
}

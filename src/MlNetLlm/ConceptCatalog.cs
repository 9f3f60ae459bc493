using Microsoft.ML;
using MlNetLlm.SparseAutoencoders;
using MlNetLlm.Training;

namespace MlNetLlm;

/// <summary>Creates the components of concept mixing: sparse autoencoders and what their latents, the concepts, are used for.</summary>
public sealed class ConceptCatalog
{
    internal ConceptCatalog()
    {
    }

    /// <summary>Trains a TopK sparse autoencoder on a column of hidden states.</summary>
    /// <param name="options">Options; null = the defaults.</param>
    /// <param name="progress">Told after every step; its tokens are hidden states.</param>
    /// <param name="cancellationToken">Stops within one step.</param>
    public SparseAutoencoderEstimator TrainSparseAutoencoder(
        SparseAutoencoderOptions? options = null, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellationToken = default) => new(options ?? new SparseAutoencoderOptions(), progress, cancellationToken);

    /// <summary>Encodes a column of hidden states with an autoencoder that is there already.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="columns">Columns; null = the defaults.</param>
    public SparseAutoencoderTransformer Encode(SparseAutoencoder autoencoder, SparseCodeColumns? columns = null) =>
        new(autoencoder, columns ?? new SparseCodeColumns());

    /// <summary>Measures how well an autoencoder gives a column of hidden states back.</summary>
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="data">The rows, read once.</param>
    /// <param name="featuresColumn">The column.</param>
    public SparseAutoencoderMetrics Evaluate(SparseAutoencoder autoencoder, IDataView data, string featuresColumn = "Features") =>
        SparseAutoencoderMetrics.Of(autoencoder, data, featuresColumn);
}

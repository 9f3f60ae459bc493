using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Training;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Trains a TopK sparse autoencoder (Gao et al. 2024) on a column of hidden states, such as HiddenStates adds, and gives a transformer that
/// encodes them.
/// </summary>
public sealed class SparseAutoencoderEstimator : IEstimator<SparseAutoencoderTransformer>
{
    private readonly SparseAutoencoderOptions _options;
    private readonly IProgress<TrainingProgress>? _progress;
    private readonly CancellationToken _cancellation;

    /// <summary>Describes the autoencoder to train.</summary>
    /// <param name="options">The options.</param>
    /// <param name="progress">Told after every step; its tokens are hidden states.</param>
    /// <param name="cancellationToken">Stops within one step, with the state saved where a checkpoint folder is set.</param>
    /// <exception cref="ArgumentException">Options are out of range; all faults are named.</exception>
    public SparseAutoencoderEstimator(
        SparseAutoencoderOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _progress, _cancellation) = (options.Validated(), progress, cancellationToken);
    }

    /// <summary>Trains on all rows.</summary>
    /// <inheritdoc cref="Fit(IDataView, IDataView)"/>
    public SparseAutoencoderTransformer Fit(IDataView input) => Fit(input, null);

    /// <summary>Trains, and measures the result on rows apart.</summary>
    /// <param name="input">The rows to learn from, read once. They are normalised here.</param>
    /// <param name="validation">The rows to measure on, read once; null measures nothing.</param>
    /// <exception cref="ArgumentException">The column is missing or of another type or size.</exception>
    /// <exception cref="InvalidDataException">A number is not finite, or there is no hidden state.</exception>
    /// <exception cref="InvalidOperationException">The checkpoint folder holds another run.</exception>
    /// <exception cref="TrainingDivergedException">The loss, a gradient or a weight became infinite or no number.</exception>
    public SparseAutoencoderTransformer Fit(IDataView input, IDataView? validation)
    {
        using var rows = StateRows.Read(
            input, _options.Columns.FeaturesColumn, _options.Width, _options.CacheMebibytes, _cancellation);
        var (autoencoder, training) = SparseAutoencoderTraining.Run(rows, _options.Loop(rows.Width), _progress, _cancellation);
        return HandOver.Into(autoencoder, _ => new SparseAutoencoderTransformer(autoencoder, _options.Columns)
        {
            Training = training,
            Metrics = validation is null ? null
                : SparseAutoencoderMetrics.Of(autoencoder, validation, _options.Columns.FeaturesColumn, _cancellation),
        });
    }

    /// <inheritdoc/>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        StateRows.Column(inputSchema, _options.Columns.FeaturesColumn);
        // A shape says only whether a vector's size is known, not what it is.
        return SchemaShapes.Add(inputSchema, OutputColumn.Schema(SparseAutoencoderTransformer.Promised(_options.Columns, 1)));
    }
}

using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.LanguageModels.Fused;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>The training of an autoencoder: <see cref="TrainingLoop"/> over batches of hidden states.</summary>
internal sealed class SparseAutoencoderTraining : IDisposable
{
    private readonly SparseAutoencoderRun _options;
    private readonly StateRows _rows;
    private readonly SparseAutoencoder _autoencoder;
    private readonly LatentActivity _activity;
    private readonly double _scale;
    private SparsePass? _pass;

    private SparseAutoencoderTraining(StateRows rows, SparseAutoencoderRun options, RandomStreams streams)
    {
        (_rows, _options) = (rows, options);
        var sample = rows.Sample(options.SampleRows);
        using var drawn = SparseAutoencoderStart.Draw(sample, rows.Width, options, streams[RandomStreams.Initialisation]);
        _autoencoder = drawn.To(DeviceNames.Of(options.Device));
        _scale = SparseAutoencoderStart.InverseVariance(sample, rows.Width);
        _activity = new LatentActivity(options.Latents, options.DeadAfterRows);
    }

    /// <summary>Trains.</summary>
    /// <param name="rows">The hidden states.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told after every step; its tokens are hidden states, its loss is in units of the data's variance.</param>
    /// <param name="cancellation">Stops within one step.</param>
    public static (SparseAutoencoder Autoencoder, TrainingResult Result) Run(
        StateRows rows, SparseAutoencoderRun options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        var streams = new RandomStreams(options.Seed);
        using var training = new SparseAutoencoderTraining(rows, options, streams);
        using var batches = new StateBatches(rows, options);
        var result = TrainingLoop.Run(
            new TrainingJob
            {
                Groups = [new ParameterGroup { Name = "autoencoder", Parameters = training._autoencoder.Parameters }],
                Batches = batches,
                Loss = training.Loss,
                ModelFingerprint = $"TopK autoencoder of width {rows.Width}",
                Random = streams,
                AfterStep = _ => training.NormaliseColumns(),
                Notes = new RunNotes(training._activity.Save, training._activity.Restore),
            },
            options, progress, cancellation);
        return (training._autoencoder.To(CPU).Frozen(), result);
    }

    public void Dispose()
    {
        _pass?.Dispose();
        _autoencoder.Dispose();
    }

    private Tensor Loss(TokenBatch batch)
    {
        using var numbers = batch.Tokens.cpu();
        return FusedSteps.Apply(_autoencoder.Decoder)
            ? Fused(numbers.data<long>().ToArray())
            : ByOperators(numbers.data<long>().ToArray());
    }

    private Tensor Fused(long[] numbers)
    {
        _pass ??= new SparsePass(_autoencoder, _options, _scale, numbers.Length);
        var loss = SparseLoss.Of(_autoencoder, () => _pass.Compute(_rows, numbers, _activity.Dead));
        var (ids, strengths) = _pass.Codes;
        _activity.Add(numbers.Length, ids, strengths);
        return loss;
    }

    private Tensor ByOperators(long[] numbers)
    {
        var u = new float[numbers.Length * _rows.Width];
        for (var i = 0; i < numbers.Length; i++) _rows.Read(numbers[i], u.AsSpan(i * _rows.Width, _rows.Width));
        var on = tensor(u, [numbers.Length, _rows.Width], device: _autoencoder.Decoder.device);
        var (loss, ids, strengths) = SparseOperators.Loss(_autoencoder, on, _options, _scale, _activity.Dead);
        _activity.Add(
            numbers.Length, [.. ids.cpu().reshape(-1).data<long>().ToArray().Select(id => (int)id)],
            strengths.cpu().reshape(-1).data<float>().ToArray());
        return loss;
    }

    private void NormaliseColumns()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        if (FusedSteps.Apply(_autoencoder.Decoder))
        {
            var columns = SparseEncoder.Numbers(_autoencoder.Decoder);
            for (var at = 0; at < columns.Length; at += _rows.Width) SparseAutoencoderStart.Unit(columns.Slice(at, _rows.Width));
        }
        else
            _autoencoder.Decoder.div_(_autoencoder.Decoder.norm(1, keepdim: true).clamp_min(SparseOperators.Least));
    }
}

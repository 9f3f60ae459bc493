using System.Numerics.Tensors;
using MlNetLlm.LanguageModels.Fused;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Loss and gradients of a batch of n hidden states. With e = u − û, the loss is Σ over states of scale/d · |e|², plus the auxiliary loss
/// α n Σ|e − ê|² / Σ|e − ē|²: ê = W_d a is made of dead latents alone, e is a constant there, and ē is its mean over the batch.
/// </summary>
/// <remarks>
/// Only the latents in use have gradients, so but for one product all work is in proportion to k and not to C. Per-latent sums run over
/// the states in their order, so threads change no bit. With G = ∂L/∂û (or ∂L/∂ê): ∂L/∂cᵢ = wᵢ·G, ∂L/∂wᵢ = Σ cᵢ G, and through the
/// encoder ∂L/∂(W_e)ᵢ = Σ ∂L/∂cᵢ x, ∂L/∂b_lat = Σ ∂L/∂cᵢ, ∂L/∂b = Σ G − W_eᵀ ∂L/∂b_lat. The part of ∂L/∂wᵢ along wᵢ is taken out: the
/// columns keep their length.
/// </remarks>
internal sealed unsafe class SparsePass : IDisposable
{
    private readonly SparseAutoencoder _autoencoder;
    private readonly SparseAutoencoderRun _options;
    private readonly double _scale;
    private readonly int _width, _k, _auxiliary, _rows;
    private readonly Tensor _x, _e, _r;                         // (n, d): u − b, e, e − ê
    private readonly float* _inputs, _errors, _rests;           // the same in memory
    private readonly double[] _squares, _auxiliarySquares;      // (n)
    private readonly SparseEntries _main, _dead;
    private float* _columns, _weights;                          // (C, d): W_dᵀ, W_e

    /// <param name="autoencoder">What trains, on the CPU.</param>
    /// <param name="options">k, and what concerns the auxiliary loss.</param>
    /// <param name="scale">1 / the data's variance a component.</param>
    /// <param name="rows">n.</param>
    public SparsePass(SparseAutoencoder autoencoder, SparseAutoencoderRun options, double scale, int rows)
    {
        (_autoencoder, _options, _scale, _rows) = (autoencoder, options, scale, rows);
        (_width, _k, _auxiliary) = (autoencoder.Width, options.ActiveLatents, options.AuxiliaryLatents);
        (_x, _e, _r) = (Rows(), Rows(), Rows());
        _inputs = FusedSteps.Data(_x);
        _errors = FusedSteps.Data(_e);
        _rests = FusedSteps.Data(_r);
        (_squares, _auxiliarySquares) = (new double[rows], new double[rows]);
        (_main, _dead) = (new SparseEntries(rows, _k), new SparseEntries(rows, _auxiliary));

        Tensor Rows() => empty(rows, _width).DetachFromDisposeScope();
    }

    /// <summary>The latents that the last batch used, k a state; their activations, 0 where cut off.</summary>
    public (int[] Ids, float[] Strengths) Codes => (_main.Ids, _main.Strengths);

    /// <summary>Takes a batch.</summary>
    /// <param name="states">The store.</param>
    /// <param name="numbers">n states' numbers in it.</param>
    /// <param name="dead">The dead latents, ascending.</param>
    /// <returns>The loss summed over the states, and its gradients: encoder, latent bias, decoder, pre-bias.</returns>
    public (double Loss, IReadOnlyList<Tensor> Gradients) Compute(StateRows states, ReadOnlySpan<long> numbers, int[] dead)
    {
        _columns = FusedSteps.Data(_autoencoder.Decoder);
        _weights = FusedSteps.Data(_autoencoder.Encoder);
        var bias = SparseEncoder.Numbers(_autoencoder.PreBias);
        for (var row = 0; row < _rows; row++)
        {
            var x = At(_inputs, row);
            states.Read(numbers[row], x);
            TensorPrimitives.Subtract(x, bias, x);
        }
        Encode(_options.AuxiliaryWeight > 0 ? dead : []);
        var loss = _scale / _width * _squares.Sum();
        var slope = -2 * _scale / _width;                                        // G = slope · e
        var auxiliarySlope = 0.0;                                                // G = slope · (e − ê)
        if (_dead.Used > 0 && Variance() is var variance && variance > 0)
        {
            var weight = _options.AuxiliaryWeight * _rows / variance;
            loss += weight * Reconstruct(_dead, _errors, _rests, _auxiliarySquares);
            auxiliarySlope = -2 * weight;
        }
        else
            _dead.Clear();
        Slopes(_main, _errors, slope);
        Slopes(_dead, _rests, auxiliarySlope);
        return (loss, Gradients((float)slope, (float)auxiliarySlope));
    }

    public void Dispose()
    {
        foreach (var rows in (Tensor[])[_x, _e, _r]) rows.Dispose();
    }

    private Span<float> At(float* matrix, int row) => new(matrix + (long)row * _width, _width);

    private void Encode(int[] dead)
    {
        _dead.Used = Math.Min(_auxiliary, dead.Length);
        SparseEncoder.PreActivations(_autoencoder, _x, (first, count, values) => FusedSteps.Share(count, 16, (from, end) =>
        {
            var (silent, picked) = (new float[dead.Length], new int[_dead.Used]);
            for (var row = from; row < end; row++)
            {
                var activations = new ReadOnlySpan<float>(values + (long)row * _autoencoder.Latents, _autoencoder.Latents);
                TopK.Select(activations, _main.IdsOf(first + row), _main.StrengthsOf(first + row));
                _main.CutOff(first + row);
                if (_dead.Used == 0) continue;
                for (var i = 0; i < dead.Length; i++) silent[i] = activations[dead[i]];
                TopK.Select(silent, picked, _dead.StrengthsOf(first + row));
                for (var i = 0; i < picked.Length; i++) _dead.IdsOf(first + row)[i] = dead[picked[i]];
                _dead.CutOff(first + row);
            }
        }));
        Reconstruct(_main, _inputs, _errors, _squares);
    }

    // What is left of each row of the target when the entries' columns are taken away; returns the sum of squares.
    private double Reconstruct(SparseEntries entries, float* target, float* rests, double[] squares)
    {
        FusedSteps.Share(_rows, 16, (from, end) =>
        {
            for (var row = from; row < end; row++)
            {
                var rest = At(rests, row);
                At(target, row).CopyTo(rest);
                var ids = entries.IdsOf(row);
                var strengths = entries.StrengthsOf(row);
                for (var i = 0; i < ids.Length; i++)
                    if (strengths[i] > 0)
                        TensorPrimitives.MultiplyAdd(At(_columns, ids[i]), -strengths[i], rest, rest);
                squares[row] = TensorPrimitives.SumOfSquares<float>(rest);
            }
        });
        return squares.Sum();
    }

    // Σ|e − ē|²
    private double Variance()
    {
        var mean = new double[_width];
        for (var row = 0; row < _rows; row++)
            for (var i = 0; i < _width; i++) mean[i] += _errors[(long)row * _width + i];
        return _squares.Sum() - mean.Sum(sum => sum * sum) / _rows;
    }

    private void Slopes(SparseEntries entries, float* rests, double slope)
    {
        if (entries.Used == 0) return;
        FusedSteps.Share(_rows, 16, (from, end) =>
        {
            for (var row = from; row < end; row++)
            {
                var rest = At(rests, row);
                var ids = entries.IdsOf(row);
                var strengths = entries.StrengthsOf(row);
                var slopes = entries.SlopesOf(row);
                for (var i = 0; i < ids.Length; i++)
                    slopes[i] = strengths[i] > 0
                        ? (float)(slope * TensorPrimitives.Dot<float>(At(_columns, ids[i]), rest)) : 0;
            }
        });
    }

    private Tensor[] Gradients(float slope, float auxiliarySlope)
    {
        var latents = _autoencoder.Latents;
        var (encoder, latentBias) = (zeros(latents, _width), zeros(latents));
        var (decoder, preBias) = (zeros(latents, _width), zeros(_width));
        _main.SortByLatent(latents);
        _dead.SortByLatent(latents);
        float* ups = FusedSteps.Data(encoder), downs = FusedSteps.Data(decoder), biases = FusedSteps.Data(latentBias);
        FusedSteps.Share(latents, 16, (from, end) =>
        {
            for (var latent = from; latent < end; latent++)
            {
                var up = At(ups, latent);
                var down = At(downs, latent);
                biases[latent] = Add(_main, latent, _errors, slope, up, down) + Add(_dead, latent, _rests, auxiliarySlope, up, down);
                var column = At(_columns, latent);
                TensorPrimitives.MultiplyAdd(column, -TensorPrimitives.Dot<float>(column, down), down, down);
            }
        });
        AddPreBias(slope, latentBias, SparseEncoder.Numbers(preBias));
        return [encoder, latentBias, decoder, preBias];
    }

    // A latent's part of the gradients of W_e and W_d; returns that of b_lat.
    private float Add(SparseEntries entries, int latent, float* rests, float slope, Span<float> up, Span<float> down)
    {
        var sum = 0f;
        foreach (var entry in entries.Of(latent))
        {
            var row = entries.RowOf(entry);
            TensorPrimitives.MultiplyAdd(At(_inputs, row), entries.Slopes[entry], up, up);
            TensorPrimitives.MultiplyAdd(At(rests, row), slope * entries.Strengths[entry], down, down);
            sum += entries.Slopes[entry];
        }
        return sum;
    }

    private void AddPreBias(float slope, Tensor latentBias, Span<float> preBias)
    {
        var sums = new double[_width];
        for (var row = 0; row < _rows; row++)
            for (var i = 0; i < _width; i++) sums[i] += slope * _errors[(long)row * _width + i];
        var slopes = SparseEncoder.Numbers(latentBias);
        for (var latent = 0; latent < slopes.Length; latent++)
        {
            if (slopes[latent] == 0) continue;
            var weights = At(_weights, latent);
            for (var i = 0; i < _width; i++) sums[i] -= slopes[latent] * weights[i];
        }
        for (var i = 0; i < _width; i++) preBias[i] = (float)sums[i];
    }
}

using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MlNetLlm.Importance;

/// <summary>
/// What the gradient of every weight matrix is made of: G = Σ_t δ_t x_tᵀ, with x the matrix's input and δ the loss gradient of its output
/// at each token. One pass back over a whole batch gives them, and each row's own gradient follows as a product of its own.
/// </summary>
internal sealed class ExampleGradients : IDisposable
{
    private readonly TransformerModel _module;
    private readonly List<Tap> _taps;

    /// <param name="model">The model; its weights are shared, not changed.</param>
    public ExampleGradients(LanguageModel model)
    {
        _module = model.Module.ShareWeights();
        _taps = [.. _module.Projections.Select(projection => new Tap(projection))];
        foreach (var tap in _taps) tap.Projection.Adapter = tap;
    }

    /// <summary>
    /// Takes a projection's input (batch, time, in) and the gradient of its output (batch, time, out); they die afterwards.
    /// </summary>
    public delegate void Visit(Projection projection, Tensor input, Tensor slope);

    /// <summary>Runs a batch forth and back.</summary>
    /// <param name="batch">The batch; its loss is summed over its counted tokens, so rows do not mix.</param>
    /// <param name="visit">Is shown every projection, in the model's order.</param>
    /// <exception cref="InvalidOperationException">The loss is not a number.</exception>
    public void Run(TokenBatch batch, Visit visit)
    {
        using var scope = NewDisposeScope();
        using var graph = enable_grad();
        try
        {
            // The graph starts at the embeddings: no weight asks for a gradient.
            var there = batch.To(_module.TokenEmbedding.device);
            var pass = new ForwardOptions
            {
                Lengths = there.Lengths, Edit = (name, value) => name == "embeddings" ? value.detach().requires_grad_() : value,
            };
            var loss = Objectives.NextToken(_module, _module.Hidden(there.Tokens, pass), there.Targets);
            if (loss.ToDouble() is var value && !double.IsFinite(value))
                throw new InvalidOperationException($"The loss of the calibration rows is {value}: the model's weights are broken.");
            var slopes = autograd.grad([loss], [.. _taps.Select(tap => tap.Output)]);
            using var quiet = no_grad();
            foreach (var (tap, slope) in _taps.Zip(slopes)) visit(tap.Projection, tap.Input, slope);
        }
        finally
        {
            foreach (var tap in _taps) tap.Dispose();
        }
    }

    public void Dispose() => _module.Dispose();

    /// <summary>Computes what the plain matrix computes and keeps input and output.</summary>
    private sealed class Tap(Projection projection) : IProjectionAdapter
    {
        private Tensor? _input, _output;

        public Projection Projection => projection;

        public Tensor Input => _input!;

        public Tensor Output => _output!;

        public IEnumerable<(string Name, Parameter Parameter)> Parameters => [];

        public Tensor Apply(Projection tapped, Tensor input)
        {
            Dispose();
            _input = input.detach().DetachFromDisposeScope();
            _output = nn.functional.linear(input, tapped.Weight, tapped.Bias).DetachFromDisposeScope();   // (batch, time, out)
            return _output.alias();
        }

        public Tensor Merge(Projection tapped) => tapped.Weight.detach().clone();

        public void Dispose()
        {
            _input?.Dispose();
            _output?.Dispose();
            (_input, _output) = (null, null);
        }
    }
}

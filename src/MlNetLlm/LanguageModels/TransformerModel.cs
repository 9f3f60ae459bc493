using MlNetLlm.ConceptMixing;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MlNetLlm.LanguageModels;

/// <summary>
/// A transformer: embeddings, blocks, final norm, head. One class serves all families; <see cref="TransformerConfig"/> says which formula
/// each part uses. Weights have dotted names such as layers.0.attention.query.weight.
/// </summary>
public sealed class TransformerModel : Module<Tensor, Tensor>
{
    [ComponentName(Name = "embeddings")]
    private readonly Embeddings _embeddings;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<TransformerBlock> _layers;

    [ComponentName(Name = "final_norm")]
    private readonly Norm? _finalNorm;

    [ComponentName(Name = "head")]
    private readonly OutputHead _head;

    [ComponentName(Name = "insertion")]
    private readonly InsertedBlock? _insertion;

    private readonly RotaryTable _rotary;
    private readonly AttentionMasks _masks, _interleavedMasks;

    /// <summary>The deviation of initial weights that suits widths from about 500 up (Radford et al. 2019).</summary>
    public const double UsualInitialDeviation = 0.02;

    /// <summary>Makes a model.</summary>
    /// <param name="config">Shape and kind.</param>
    /// <param name="init">
    /// Source of randomness. Matrices and embeddings are drawn from N(0, d²), those that feed the residual stream from N(0, d² / 2L)
    /// with L layers, gains are 1 and biases 0 (Radford et al. 2019). Null: matrices are 0 too, to be filled by a checkpoint.
    /// </param>
    /// <param name="initialDeviation">
    /// d. Narrow models learn sooner from about 1 / √width, with which a matrix keeps the size of what it is given.
    /// </param>
    /// <exception cref="ArgumentException">The configuration has faults; the message lists all of them.</exception>
    public TransformerModel(TransformerConfig config, Generator? init = null, double initialDeviation = UsualInitialDeviation)
        : this(config, init is null ? WeightSources.Blank : WeightSources.Seeded(init, config.Layers, initialDeviation))
    {
    }

    internal TransformerModel(TransformerConfig config, WeightSource weights)
        : base(nameof(TransformerModel))
    {
        Config = config.Validated();
        _embeddings = new Embeddings(weights, "embeddings", config);
        TransformerBlock[] blocks =
            [.. Enumerable.Range(0, config.Layers).Select(layer =>
                new TransformerBlock(weights, $"layers.{layer}", layer, config.OfLayer(layer)))];
        _layers = ModuleList<TransformerBlock>(blocks);
        _finalNorm = config.PostNorm ? null : new Norm(weights, "final_norm", config);
        _head = new OutputHead(weights, "head", config);
        _rotary = new RotaryTable(config);
        if (config.Insertion is not null)                       // last: all that a plain model has is drawn as in a plain model
            _insertion = InsertedElements.Make(weights, InsertedBlock.ActivationName, config);
        _masks = new AttentionMasks(config);
        _interleavedMasks = new AttentionMasks(config with
        {
            ContextLength = 2 * config.ContextLength, SlidingWindow = 2 * config.SlidingWindow,
        });
        RegisterComponents();
        Projections = [.. blocks.SelectMany(block => block.Projections)];
    }

    /// <summary>Shape and kind.</summary>
    public TransformerConfig Config { get; }

    /// <summary>Every weight matrix that may carry an adapter, in layer order: query, key, value, output, gate, up, down.</summary>
    public IReadOnlyList<Projection> Projections { get; }

    /// <summary>
    /// Names of all activations, in the order they are computed: embeddings; of each layer the attention weights (batch, heads, time,
    /// source), the mixed values (batch, time, heads · headWidth), both branches, the hidden units and, as layers.N, the residual stream
    /// after it; final. Shapes are (batch, time, width) where none is given. Before a block there may be what is inserted, with concepts
    /// their numbers and logits (batch, time, K); from there on time is doubled where it is interleaved, up to the last block's mixed
    /// values.
    /// </summary>
    public IEnumerable<string> ActivationNames =>
        Enumerable.Range(0, Config.Layers)
            .SelectMany(layer => (layer == Config.Insertion?.Layer ? InsertedElements.ActivationNames(Config.Insertion) : [])
                .Concat(TransformerBlock.ActivationNames($"layers.{layer}")))
            .Prepend("embeddings").Append("final");

    /// <summary>The token embedding, (vocabulary, width).</summary>
    public Parameter TokenEmbedding => _embeddings.TokenWeight;

    /// <summary>Predicts the next token at every position, or the hidden ones in a masked model.</summary>
    /// <param name="tokens">(batch, time) int64.</param>
    /// <returns>Logits, (batch, time, vocabulary).</returns>
    public override Tensor forward(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        return Head(Hidden(tokens)).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states after the final norm, before the head.</summary>
    /// <remarks>
    /// On the CPU and without gradients, the rows of a plain pass go a few at a time: activations of all of them are
    /// never held. A model with adapters takes them together, as an adapter may look at the whole batch.
    /// </remarks>
    /// <param name="tokens">(batch, time) int64.</param>
    /// <param name="options">Cache, padding, activations to hand out or to edit; null = a plain pass.</param>
    /// <returns>(batch, time, width).</returns>
    /// <exception cref="ArgumentException">A token is outside the vocabulary, or the rows are longer than the context.</exception>
    public Tensor Hidden(Tensor tokens, ForwardOptions? options = null)
    {
        options ??= ForwardOptions.None;
        var (start, lengths) = PassChecks.Require(this, tokens, options);
        if (RowPieces.Suit(tokens, options, training ? Config.Dropout : 0) && Projections.All(matrix => matrix.Adapter is null))
            return RowPieces.Cat(tokens, options, Hidden);
        using var scope = NewDisposeScope();
        var positions = start is null ? options.Cache!.Positions(tokens.size(1), tokens.device) : null;
        var pass = Pass(tokens, start ?? 0, positions, options);
        // x: (batch, time, width)
        var x = pass.Show("embeddings", pass.Drop(_embeddings.Forward(tokens, start ?? 0, positions, options.Features)));
        var layers = options.Layers ?? Config.Layers;
        for (var layer = 0; layer < layers; layer++)
        {
            if (layer == Config.Insertion?.Layer)
                (x, pass) = Insert(x, pass, start ?? 0, positions, options);                              // (batch, time or 2 time, width)
            x = Through(_layers[layer], x, pass, options.LayerRows?.Invoke(layer));
        }
        if (pass.Interleaved && layers < Config.Layers)
            x = Interleaving.InsertedSlots(x);                                                            // (batch, time, width)
        options.Cache?.Advance(lengths);
        options.Targets?.MoveToOuterDisposeScope();
        if (options.Layers is not null)
            return x.MoveToOuterDisposeScope();
        x = pass.Show("final", _finalNorm is null ? x : _finalNorm.call(x));
        return x.MoveToOuterDisposeScope();
    }

    /// <summary>Logits of hidden states. Pick the positions needed before: this is often the largest product of a pass.</summary>
    /// <param name="hidden">(…, width), as <see cref="Hidden"/> gives them.</param>
    /// <returns>(…, vocabulary).</returns>
    public Tensor Head(Tensor hidden) => _head.Forward(hidden, _embeddings.TokenWeight);

    /// <summary>All weights that <see cref="Head"/> computes with, trainable or not; the token embedding where the head is tied.</summary>
    public IEnumerable<Parameter> HeadWeights => _head.Weights(_embeddings.TokenWeight);

    /// <summary>
    /// A new model over the SAME storage, frozen: adapters set on it never reach this one, and nothing can train the weights.
    /// </summary>
    /// <param name="replaced">Matrices that take the place of the model's own, by projection name; taken over. Null = none.</param>
    public TransformerModel ShareWeights(IReadOnlyDictionary<string, Tensor>? replaced = null)
    {
        var shared = new TransformerModel(Config, WeightSources.SharedWith(this, replaced));
        foreach (var parameter in shared.parameters())
            parameter.requires_grad = false;
        shared.train(training);
        return shared;
    }

    /// <summary>
    /// A new, frozen model of another shape: the given weights, the SAME storage for those that stay, zeros for those that are new.
    /// </summary>
    /// <param name="config">Shape and kind of the new model.</param>
    /// <param name="replaced">Weights that take the place of the model's own, by parameter name; taken over.</param>
    internal TransformerModel Reshaped(TransformerConfig config, IReadOnlyDictionary<string, Tensor> replaced)
    {
        var changed = new TransformerModel(config, WeightSources.SharedBut(this, replaced));
        foreach (var parameter in changed.parameters())
            parameter.requires_grad = false;
        changed.train(training);
        return changed;
    }

    /// <summary>A new, trainable model with copies of the weights.</summary>
    public TransformerModel CopyWeights()
    {
        using var plain = no_grad();
        var copy = new TransformerModel(Config, WeightSources.CopiedFrom(this));
        copy.train(training);
        return copy;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rotary.Dispose();
            _masks.Dispose();
            _interleavedMasks.Dispose();
        }
        base.Dispose(disposing);
    }

    private static Tensor Through(TransformerBlock block, Tensor x, ForwardPass pass, Tensor? rows) => rows is null
        ? block.Forward(x, pass)
        : rows.size(0) == 0 ? x : x.index_copy(0, rows, block.Forward(x.index_select(0, rows), pass));

    // The element of each token, and the pass that the blocks above make.
    private (Tensor Hidden, ForwardPass Pass) Insert(Tensor x, ForwardPass pass, int start, Tensor? positions, ForwardOptions options)
    {
        if (_insertion!.Forward(x, pass) is not { } made)
            return (x, pass);
        var element = pass.Show(InsertedBlock.ActivationName, made);                                      // (batch, time, width)
        if (!Config.Insertion!.Doubles)
            return (x + element, pass);
        var (time, type) = ((int)x.size(1), TokenEmbedding.dtype);
        var mask = positions is null
            ? _interleavedMasks.Causal(2 * start, 2 * time, type, x.device)
            : _interleavedMasks.Ragged(Interleaving.Places(positions), 2 * (options.Cache!.Longest + time), type);
        return (Interleaving.Interleave(x, element), pass.Doubled(mask));
    }

    private ForwardPass Pass(Tensor tokens, int start, Tensor? positions, ForwardOptions options)
    {
        var (type, device) = (TokenEmbedding.dtype, tokens.device);
        return new ForwardPass(options)
        {
            Mask = MaskOf(tokens, start, positions, options, type),
            Rotation = Config.Positions == PositionKind.Rotary ? RotationOf(tokens, start, positions, options, type, device) : null,
            Dropout = training ? Config.Dropout : 0,
        };
    }

    private AttentionMask MaskOf(Tensor tokens, int start, Tensor? positions, ForwardOptions options, ScalarType type)
    {
        var time = (int)tokens.size(1);
        if (positions is not null)
            return _masks.Ragged(positions, options.Cache!.Longest + time, type);
        if (Config.Causal)
            return _masks.Causal(start, time, type, tokens.device);
        return options.Lengths is null ? AttentionMask.None : _masks.Padding(options.Lengths, time, type);
    }

    private (Tensor Cos, Tensor Sin) RotationOf(
        Tensor tokens, int start, Tensor? positions, ForwardOptions options, ScalarType type, Device device)
    {
        var time = (int)tokens.size(1);
        var (cos, sin) = _rotary.AtLeast((options.Cache?.Longest ?? start) + time, type, device);
        return (Rows(cos), Rows(sin));

        Tensor Rows(Tensor table) => positions is null
            ? table.narrow(0, start, time).unsqueeze(1)                                                            // (time, 1, r)
            : table.index_select(0, positions.reshape(-1)).view(tokens.size(0), time, 1, Config.RotaryWidth);       // (batch, time, 1, r)
    }
}

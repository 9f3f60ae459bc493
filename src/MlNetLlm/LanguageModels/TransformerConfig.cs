namespace MlNetLlm.LanguageModels;

/// <summary>Shape and kind of a <see cref="TransformerModel"/>: everything that fixes its formula but not its weights.</summary>
public sealed partial record TransformerConfig : ICheckedOptions
{
    /// <summary>Family name, as checkpoints state it: llama, gpt2, mistral, qwen2, codegen, roberta.</summary>
    /// <value>llama.</value>
    public string Architecture { get; init; } = "llama";

    /// <summary>Number of token ids; ids run from 0 to this minus 1.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Components of a hidden state.</summary>
    public int Width { get; init; }

    /// <summary>Number of blocks.</summary>
    public int Layers { get; init; }

    /// <summary>Query heads a layer.</summary>
    public int Heads { get; init; }

    /// <summary>Key and value heads a layer; divides <see cref="Heads"/> (grouped-query attention, Ainslie et al. 2023).</summary>
    public int KeyValueHeads { get; init; }

    /// <summary>Components of one head.</summary>
    public int HeadWidth { get; init; }

    /// <summary>Hidden units of the feed-forward part.</summary>
    public int FeedForwardWidth { get; init; }

    /// <summary>Most tokens one pass (cached ones included) may span.</summary>
    public int ContextLength { get; init; }

    /// <summary>Which normalisation all norms use.</summary>
    /// <value>RmsNorm.</value>
    public NormKind Norm { get; init; } = NormKind.RmsNorm;

    /// <summary>ε inside the norm's square root.</summary>
    /// <value>1e-5.</value>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>How positions enter.</summary>
    /// <value>Rotary.</value>
    public PositionKind Positions { get; init; } = PositionKind.Rotary;

    /// <summary>Number of the first position; RoBERTa counts from its padding id plus one. Learned positions only.</summary>
    /// <value>0.</value>
    public int PositionOffset { get; init; }

    /// <summary>Which components form a rotated pair; ignored with learned positions.</summary>
    /// <value>Halves.</value>
    public RotaryLayout Rotary { get; init; } = RotaryLayout.Halves;

    /// <summary>Base b of the rotation angles position · b^(−2i/r); ignored with learned positions.</summary>
    /// <value>10000.</value>
    public double RotaryBase { get; init; } = 10_000;

    /// <summary>r: the first r components of a head are rotated, the rest pass unchanged; ignored with learned positions.</summary>
    public int RotaryWidth { get; init; }

    /// <summary>The feed-forward part's formula.</summary>
    /// <value>SwiGlu.</value>
    public FeedForwardKind FeedForward { get; init; } = FeedForwardKind.SwiGlu;

    /// <summary>Whether the query, key and value projections add a bias.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether the attention's output projection adds a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the feed-forward projections add a bias.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Whether the head adds a bias to the logits.</summary>
    public bool HeadBias { get; init; }

    /// <summary>Whether the head uses the token embedding as its weight.</summary>
    public bool TiedHead { get; init; }

    /// <summary>Whether norm(gelu(dense(h))) stands before the head (RoBERTa's masked-language head).</summary>
    public bool HeadTransform { get; init; }

    /// <summary>Whether a token sees only itself and earlier tokens.</summary>
    /// <value>true.</value>
    public bool Causal { get; init; } = true;

    /// <summary>A token sees this many tokens, itself included; null = all of them. Causal models only.</summary>
    /// <value>null.</value>
    public int? SlidingWindow { get; init; }

    /// <summary>x + attention(norm(x)) + feedForward(norm(x)) with one shared norm, instead of one after the other (CodeGen).</summary>
    public bool ParallelBlock { get; init; }

    /// <summary>norm(x + f(x)) instead of x + f(norm(x)), and no final norm (RoBERTa).</summary>
    public bool PostNorm { get; init; }

    /// <summary>Whether the embeddings are normalised before the first block (RoBERTa).</summary>
    public bool EmbeddingNorm { get; init; }

    /// <summary>Rows of the token-type embedding, whose row 0 is added to every token; 0 = the model has none.</summary>
    public int TokenTypes { get; init; }

    /// <summary>
    /// Rows of the table of features: numbers that a batch may attach to its tokens, whose vectors are added to the tokens' own
    /// (<see cref="TokenFeatures"/>); 0 = the model has none.
    /// </summary>
    public int Features { get; init; }

    /// <summary>An element made of every token's hidden state before one of the blocks; null = none, the usual model.</summary>
    /// <value>null.</value>
    public Insertion? Insertion { get; init; }

    /// <summary>Probability with which an activation is dropped in training (embeddings, attention weights, both branches).</summary>
    /// <value>0.</value>
    public double Dropout { get; init; }

    /// <summary>Whether the feed-forward part has a gate projection.</summary>
    internal bool Gated => FeedForward == FeedForwardKind.SwiGlu;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        foreach (var (name, value) in new[]
                 {
                     (nameof(VocabularySize), VocabularySize), (nameof(Width), Width), (nameof(Layers), Layers), (nameof(Heads), Heads),
                     (nameof(KeyValueHeads), KeyValueHeads), (nameof(HeadWidth), HeadWidth),
                     (nameof(FeedForwardWidth), FeedForwardWidth), (nameof(ContextLength), ContextLength),
                 })
            if (value < 1)
                yield return $"{name} is {value}, expected at least 1.";
        if (Heads > 0 && KeyValueHeads > 0 && Heads % KeyValueHeads != 0)
            yield return $"{nameof(KeyValueHeads)} is {KeyValueHeads}, expected a divisor of {nameof(Heads)} ({Heads}).";
        if (!(NormEpsilon >= 0 && double.IsFinite(NormEpsilon)))
            yield return $"{nameof(NormEpsilon)} is {NormEpsilon}, expected a number of at least 0.";
        if (!(Dropout is >= 0 and < 1))
            yield return $"{nameof(Dropout)} is {Dropout}, expected at least 0 and below 1.";
        if (PositionOffset < 0 || (PositionOffset > 0 && Positions == PositionKind.Rotary))
            yield return $"{nameof(PositionOffset)} is {PositionOffset}, expected 0, or more with learned positions.";
        if (TokenTypes < 0)
            yield return $"{nameof(TokenTypes)} is {TokenTypes}, expected at least 0.";
        if (Features < 0)
            yield return $"{nameof(Features)} is {Features}, expected at least 0.";
        if (SlidingWindow is < 1)
            yield return $"{nameof(SlidingWindow)} is {SlidingWindow}, expected at least 1, or null for no window.";
        if (SlidingWindow is not null && !Causal)
            yield return $"{nameof(SlidingWindow)} is {SlidingWindow} in a model that is not causal, expected null.";
        foreach (var fault in LayerFaults())
            yield return fault;
        if (ParallelBlock && PostNorm)
            yield return $"{nameof(ParallelBlock)} and {nameof(PostNorm)} are both set, expected one of them at most.";
        foreach (var fault in Insertion?.Faults(this) ?? [])
            yield return fault;
        if (Positions == PositionKind.Rotary)
            foreach (var fault in RotaryFaults())
                yield return fault;
    }

    private IEnumerable<string> RotaryFaults()
    {
        if (RotaryWidth < 2 || RotaryWidth % 2 != 0 || RotaryWidth > HeadWidth)
            yield return $"{nameof(RotaryWidth)} is {RotaryWidth}, expected an even number from 2 to {nameof(HeadWidth)} ({HeadWidth}).";
        if (!(RotaryBase > 0 && double.IsFinite(RotaryBase)))
            yield return $"{nameof(RotaryBase)} is {RotaryBase}, expected a number above 0.";
    }
}

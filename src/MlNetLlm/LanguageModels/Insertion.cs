namespace MlNetLlm.LanguageModels;

/// <summary>An element made of every token's hidden state before one of a model's blocks, and how it enters the blocks above.</summary>
/// <remarks>
/// An interleaved model reads its predictions from the inserted elements, one a token; hidden states, logits and losses keep their shapes.
/// Both elements of a pair stand at their token's position, for positions that rotate too: learned positions are added at the input alone.
/// A sliding window of w tokens is one of 2 w elements.
/// </remarks>
public sealed record Insertion
{
    /// <summary>p: the element is made before this block, counted from 0, so of the hidden states after p blocks.</summary>
    /// <value>0.</value>
    public int Layer { get; init; }

    /// <summary>What is inserted.</summary>
    /// <value>Concept.</value>
    public InsertedElement Element { get; init; } = InsertedElement.Concept;

    /// <summary>How it enters.</summary>
    /// <value>Interleave.</value>
    public InsertionMixing Mixing { get; init; } = InsertionMixing.Interleave;

    /// <summary>C: how many concepts there are to predict; for concepts only.</summary>
    /// <value>0.</value>
    public int Concepts { get; init; }

    /// <summary>K: how many predicted concepts make an element; for concepts only.</summary>
    /// <value>0.</value>
    public int TopConcepts { get; init; }

    /// <summary>Components of the teacher's hidden states; for hidden states only.</summary>
    /// <value>0.</value>
    public int TargetWidth { get; init; }

    /// <summary>Whether the blocks above have two elements a token.</summary>
    internal bool Doubles => Mixing == InsertionMixing.Interleave;

    /// <summary>Elements a token that a block computes with.</summary>
    internal int RowsPerToken(int block) => Doubles && block >= Layer ? 2 : 1;

    internal IEnumerable<string> Faults(TransformerConfig config)
    {
        if (!config.Causal) yield return "Insertion is set in a model that is not causal, expected null.";
        if (config.Width < 2) yield return $"Width is {config.Width}; a model with an Insertion needs 2 or more.";
        if (Layer < 0 || Layer >= config.Layers)
            yield return $"Insertion.Layer is {Layer}; a model of {config.Layers} layers takes 0 to {config.Layers - 1}.";
        if (!Enum.IsDefined(Element)) yield return $"Insertion.Element is {Element}, expected {Names<InsertedElement>()}.";
        if (!Enum.IsDefined(Mixing)) yield return $"Insertion.Mixing is {Mixing}, expected {Names<InsertionMixing>()}.";
        if (Element == InsertedElement.Pause && Mixing != InsertionMixing.Interleave)
            yield return $"Insertion.Mixing is {Mixing}; a pause can only be interleaved.";
        var concepts = Element == InsertedElement.Concept;
        if (concepts ? Concepts < 1 : Concepts != 0)
            yield return $"Insertion.Concepts is {Concepts}, expected {(concepts ? "1 or more" : $"0 with {Element}")}.";
        if (concepts ? TopConcepts < 1 || TopConcepts > Math.Max(1, Concepts) : TopConcepts != 0)
            yield return $"Insertion.TopConcepts is {TopConcepts}, expected "
                + (concepts ? $"1 to Concepts ({Concepts})." : $"0 with {Element}.");
        var states = Element == InsertedElement.HiddenState;
        if (states ? TargetWidth < 2 : TargetWidth != 0)
            yield return $"Insertion.TargetWidth is {TargetWidth}, expected {(states ? "2 or more" : $"0 with {Element}")}.";
    }

    private static string Names<TEnum>() where TEnum : struct, Enum => string.Join(", ", Enum.GetNames<TEnum>());
}

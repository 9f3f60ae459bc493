using MlNetLlm.LanguageModels;

namespace MlNetLlm.ConceptMixing;

/// <summary>The blocks that make inserted elements.</summary>
internal static class InsertedElements
{
    /// <summary>Names of the activations that such a block computes, in order.</summary>
    internal static IEnumerable<string> ActivationNames(Insertion insertion) => insertion switch
    {
        { Element: InsertedElement.Concept, Mixing: InsertionMixing.None } => [ConceptBlock.ConceptsName, ConceptBlock.LogitsName],
        { Element: InsertedElement.Concept } => [ConceptBlock.ConceptsName, ConceptBlock.LogitsName, InsertedBlock.ActivationName],
        { Mixing: InsertionMixing.None } => [],
        _ => [InsertedBlock.ActivationName],
    };

    /// <param name="weights">Where the block gets its weights from.</param>
    /// <param name="path">Its name in the model.</param>
    /// <param name="config">The model's configuration, with an insertion.</param>
    internal static InsertedBlock Make(WeightSource weights, string path, TransformerConfig config) => config.Insertion!.Element switch
    {
        InsertedElement.Concept => new ConceptBlock(
            weights, path, config.Width, config.Insertion.Concepts, config.Insertion.TopConcepts,
            config.Insertion.Mixing != InsertionMixing.None),
        InsertedElement.Pause => new PauseBlock(weights, path, config.Width),
        _ => new HiddenStateBlock(
            weights, path, config.Width, config.Insertion.TargetWidth, config.Insertion.Mixing != InsertionMixing.None),
    };
}

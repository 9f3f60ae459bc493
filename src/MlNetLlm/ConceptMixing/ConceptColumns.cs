using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>The columns of W_c of a concept model: with what weight each concept enters.</summary>
public static class ConceptColumns
{
    /// <summary>The Euclidean norm of each concept's column.</summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <returns>One a concept.</returns>
    /// <exception cref="ArgumentException">The model inserts no concepts.</exception>
    public static IReadOnlyList<double> Norms(LanguageModel model)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return [.. Of(model).to(ScalarType.Float64).square().sum(1).sqrt().cpu().data<double>().ToArray()];
    }

    /// <summary>W_cᵀ, (C, d).</summary>
    internal static Tensor Of(LanguageModel model) => model.Config.Insertion is { Element: InsertedElement.Concept } insertion
        && insertion.Mixing != InsertionMixing.None
        ? model.Module.named_parameters().Single(item => item.name == $"{InsertedBlock.ActivationName}.columns").parameter
        : throw new ArgumentException("The model inserts no concepts. Take one that was pre-trained with concepts.", nameof(model));
}

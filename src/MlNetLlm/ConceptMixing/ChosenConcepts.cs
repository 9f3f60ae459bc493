using System.Runtime.InteropServices;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>The concepts that a concept model chooses at each position, and their logits.</summary>
/// <param name="Concepts">(positions · K).</param>
/// <param name="Logits">(positions · K).</param>
internal sealed record ChosenConcepts(int[] Concepts, float[] Logits)
{
    /// <summary>Runs the model as far as its concepts.</summary>
    /// <param name="model">A model that predicts concepts.</param>
    /// <param name="tokens">(rows, time).</param>
    /// <param name="rows">How many rows.</param>
    public static ChosenConcepts Of(LanguageModel model, long[] tokens, int rows)
    {
        var insertion = Require(model);
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        using var kept = new Activations(ConceptBlock.ConceptsName, ConceptBlock.LogitsName);
        var ids = tensor(tokens, [rows, tokens.Length / rows], device: model.Module.TokenEmbedding.device);
        model.Module.Hidden(ids, new ForwardOptions { Activations = kept, Layers = insertion.Layer + 1 });
        var places = MemoryMarshal.Cast<byte, long>(kept[ConceptBlock.ConceptsName].cpu().contiguous().bytes);
        var concepts = new int[places.Length];
        for (var i = 0; i < concepts.Length; i++) concepts[i] = (int)places[i];
        return new(concepts, TeacherPass.Numbers(kept[ConceptBlock.LogitsName]));
    }

    /// <exception cref="ArgumentException">The model predicts no concepts.</exception>
    public static Insertion Require(LanguageModel model) => model.Config.Insertion is { Element: InsertedElement.Concept } insertion
        ? insertion
        : throw new ArgumentException("The model predicts no concepts. Take one that was pre-trained with concepts.", nameof(model));
}

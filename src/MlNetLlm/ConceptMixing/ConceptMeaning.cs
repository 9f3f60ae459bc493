using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>What a concept means to its teacher: how its next-token logits move when the concept is held at an activation.</summary>
/// <param name="Concept">The concept.</param>
/// <param name="LogitChanges">(vocabulary): mean change of each token's logit over the probe positions.</param>
/// <param name="RaisedTokens">S: the tokens whose logits rise most, the most raised first.</param>
public sealed record ConceptMeaning(int Concept, IReadOnlyList<float> LogitChanges, IReadOnlyList<int> RaisedTokens)
{
    /// <summary>Measures it after some prompts.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="concept">The concept.</param>
    /// <param name="activation">The activation it is held at, such as its mean where active times α.</param>
    /// <param name="prompts">Token ids, one length for all, at least one prompt.</param>
    /// <param name="tokens">How many raised tokens to name.</param>
    public static ConceptMeaning Of(
        ConceptTeacher teacher, int concept, double activation, IReadOnlyList<IReadOnlyList<int>> prompts, int tokens = 20)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var plain = Logits(teacher.Model, prompts, ForwardOptions.None);                                // (prompts, vocabulary)
        var steered = Logits(teacher.Model, prompts, new SteeredTeacher(teacher).Pass(concept, activation));
        var changes = (steered - plain).mean([0]);                                                      // (vocabulary)
        var (_, raised) = changes.topk(Math.Min(tokens, (int)changes.size(0)));
        return new(
            concept, TeacherPass.Numbers(changes), [.. raised.cpu().data<long>().ToArray().Select(id => (int)id)]);
    }

    /// <summary>Next-token logits after prompts, (prompts, vocabulary), by passes that may steer.</summary>
    internal static Tensor Logits(LanguageModel model, IReadOnlyList<IReadOnlyList<int>> prompts, ForwardOptions pass)
    {
        if (prompts.Count == 0 || prompts[0].Count == 0 || prompts.Any(prompt => prompt.Count != prompts[0].Count))
            throw new ArgumentException("Prompts must be at least one, not empty, and all of one length. Cut them.", nameof(prompts));
        var module = model.Module;
        var tokens = tensor(
            prompts.SelectMany(prompt => prompt.Select(id => (long)id)).ToArray(), [prompts.Count, prompts[0].Count],
            device: module.TokenEmbedding.device);
        var hidden = module.Hidden(tokens, pass);
        return module.Head(hidden.select(1, prompts[0].Count - 1));
    }
}

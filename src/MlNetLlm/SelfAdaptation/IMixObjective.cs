using MlNetLlm.LanguageModels;

namespace MlNetLlm.SelfAdaptation;

/// <summary>What a search over mixes makes large: see <see cref="GeneratedShots"/> and <see cref="ChoiceShots"/>.</summary>
public interface IMixObjective
{
    /// <summary>Scores a model; the same weights give the same score.</summary>
    /// <param name="model">The model with a mix in place; its weights change after the call.</param>
    MixScore Score(LanguageModel model);
}

namespace MlNetLlm.LanguageModels;

/// <summary>Refuses models that cannot say what comes next.</summary>
internal static class CausalModel
{
    /// <exception cref="ArgumentException">The model is bidirectional.</exception>
    public static LanguageModel Require(LanguageModel model, string operation) => model.Config.Causal
        ? model
        : throw new ArgumentException(
            $"{operation} needs a causal model; '{model.Config.Architecture}' looks at later tokens too. Use a model such as gpt2 or llama.");
}

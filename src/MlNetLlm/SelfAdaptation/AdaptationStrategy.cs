namespace MlNetLlm.SelfAdaptation;

/// <summary>How the first pass decides which weights answer a question (Transformer², section 3.2).</summary>
public enum AdaptationStrategy
{
    /// <summary>The base model is asked to classify the question (the paper's strategy A).</summary>
    Prompt,

    /// <summary>The same question, asked under an expert trained to classify (strategy B).</summary>
    ClassificationExpert,

    /// <summary>One mix of experts, searched on a few examples of the task, answers all questions; there is no first pass (C).</summary>
    FewShot,
}

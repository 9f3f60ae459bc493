namespace MlNetLlm.SelfAdaptation;

/// <summary>How a mix is scored on examples.</summary>
public enum FewShotScoring
{
    /// <summary>Answers are generated and graded by a reward.</summary>
    Generation,

    /// <summary>The likelihoods of given choices are compared; nothing is generated.</summary>
    Choices,
}

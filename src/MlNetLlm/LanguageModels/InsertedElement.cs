namespace MlNetLlm.LanguageModels;

/// <summary>What stands behind every token from some block on.</summary>
public enum InsertedElement
{
    /// <summary>One vector compressed from the concepts that a head predicts (Tack et al. 2025).</summary>
    Concept,

    /// <summary>The same learnable vector everywhere, room to compute in and no more (Goyal et al. 2024).</summary>
    Pause,

    /// <summary>One vector compressed from a teacher's hidden state, as a network of two layers predicts it.</summary>
    HiddenState,
}

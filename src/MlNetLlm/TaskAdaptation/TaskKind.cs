namespace MlNetLlm.TaskAdaptation;

/// <summary>What a task asks.</summary>
public enum TaskKind
{
    /// <summary>The class of a text, or of a pair of texts.</summary>
    Classification,

    /// <summary>The class of each word of a text; a row is one word.</summary>
    Tagging,

    /// <summary>The right one of a question's choices.</summary>
    MultipleChoice,
}

namespace MlNetLlm.Data.Benchmarks;

/// <summary>How a benchmark's file says which choice, or which text, is right.</summary>
public enum AnswerKind
{
    /// <summary>The answer is the text itself.</summary>
    Text,

    /// <summary>The answer is a number; thousands separators are dropped.</summary>
    Number,

    /// <summary>The index of the right choice, from 0.</summary>
    Index,

    /// <summary>The number of the right choice, from 1.</summary>
    Ordinal,

    /// <summary>The label of the right choice; a label that no choice has leaves the row without an answer.</summary>
    Label,

    /// <summary>A mark for each choice; the right one has a 1.</summary>
    Marks,
}

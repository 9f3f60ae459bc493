namespace MlNetLlm.Importance;

/// <summary>What of a labelled question a loss is taken of.</summary>
public enum CalibrationLoss
{
    /// <summary>The tokens of the right answer, given the prompt.</summary>
    Answer,

    /// <summary>Every token of prompt and answer, given those before it.</summary>
    WholeRow,
}

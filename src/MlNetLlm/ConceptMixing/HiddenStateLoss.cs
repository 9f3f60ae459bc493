namespace MlNetLlm.ConceptMixing;

/// <summary>How far a predicted hidden state is from the teacher's; a mean over components, so that widths compare.</summary>
public enum HiddenStateLoss
{
    /// <summary>The mean squared difference.</summary>
    L2,

    /// <summary>The mean absolute difference.</summary>
    L1,

    /// <summary>One minus the cosine of the angle between them.</summary>
    Cosine,
}

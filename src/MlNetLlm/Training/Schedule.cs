namespace MlNetLlm.Training;

/// <summary>How the learning rate moves after the warm-up.</summary>
public enum Schedule
{
    /// <summary>Stays at its full value.</summary>
    Constant,

    /// <summary>Falls on a straight line.</summary>
    Linear,

    /// <summary>Falls on half a cosine.</summary>
    Cosine,
}

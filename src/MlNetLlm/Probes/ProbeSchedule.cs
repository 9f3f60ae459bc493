namespace MlNetLlm.Probes;

/// <summary>How a probe's learning rate falls over its training.</summary>
public enum ProbeSchedule
{
    /// <summary>By 0.95 at each of 150 evenly spaced stages: the released code's default.</summary>
    Stages,

    /// <summary>By 0.1 at 75 % and again at 90 % of the steps: the released code's option named after the conference.</summary>
    Milestones,

    /// <summary>On half a cosine, to 0.</summary>
    Cosine,

    /// <summary>Not at all.</summary>
    Constant,
}

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>A part of the miniature that answers some of its claims.</summary>
internal interface ISection
{
    /// <summary>Runs it, or finds its parts done, and adds what it found.</summary>
    void Run(Lab lab, ArmTrainer trainer, Findings findings);
}

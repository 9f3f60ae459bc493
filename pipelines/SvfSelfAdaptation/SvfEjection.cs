using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation;

/// <summary>
/// Ejects the main job's arms: each arm's pipeline with the learning rate that validation chose, measured as the run measured it, beside
/// the base model.
/// </summary>
internal static class SvfEjection
{
    /// <exception cref="InvalidOperationException">The run made its own model and text, or has no arm that trains.</exception>
    public static EjectedRun Of(RunResult result, SvfExperimentOptions options)
    {
        if (options.RealData is not null)
            throw new InvalidOperationException(
                "This run trained on published tasks alone; only runs of the main job or the miniature can be ejected.");
        if (!result.Data.Any(data => data.Name == options.Model))
            throw new InvalidOperationException(
                "This run pre-trained a model on generated text; only runs on a stored model can be ejected.");
        var arms = result.Metrics.Where(metric => metric.Name == "learning rate")
            .ToDictionary(metric => metric.Arm, metric => ArmOptions.Of(metric.Arm, metric.Value, options, result.Seed));
        if (arms.Count == 0)
            throw new InvalidOperationException("This run has no arm that trains; only one with such an arm can be ejected.");
        return new EjectedRun(result, "SvfSelfAdaptation/Ejected",
            "the search for learning rates, times and memory, and the verdicts on claims")
            .Place("Model", "The pretrained model.", options.Model)
            .Place("Text", "The text to adapt to.", options.Text)
            .Value("Device", "Where it trains and is measured.", options.Device)
            .Value("TestRows", "Rows held out for the measurement.", options.TestRows)
            .Value("ValidationRows", "Rows that the learning rates were chosen on.", options.ValidationRows)
            .Value("OldDomainTexts", "Texts of the old domain, which the base model writes.", options.OldDomainTexts)
            .Value("Arms", "The arms.", arms)
            .Source("SvfSelfAdaptation/OldDomainText.cs");
    }
}

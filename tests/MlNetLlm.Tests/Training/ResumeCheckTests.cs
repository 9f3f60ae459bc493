using MlNetLlm.Training;

namespace MlNetLlm.Tests.Training;

public sealed class ResumeCheckTests
{
    [Test]
    public void Require_OfOptionsThatOneLacks_CallsThemAbsent()
    {
        TrainingState Of(string model, string data, TrainingOptions options, params string[] without) => new()
        {
            Step = 7, ModelFingerprint = model, DataFingerprint = data,
            Options = ResumeCheck.Defining(options).Where(pair => !without.Contains(pair.Key)).ToDictionary(),
        };
        var options = new ToyOptions { WarmupSteps = 5, Seed = 1 };
        var saved = Of("model", "0123456789abc", options, "seed");
        var now = Of("model", "0123456789ab", options, "warmupSteps");

        Assert.That(() => ResumeCheck.Require(saved, now, "run"), Throws.InvalidOperationException.With.Message.EqualTo(
            "Cannot resume from step 7 in 'run': WarmupSteps was 5 and is absent; Seed was absent and is 1; "
            + "the data was 0123456789ab… and is 0123456789ab. "
            + "Resume with what the run was started with, or start afresh in another CheckpointFolder."));
        Assert.That(() => ResumeCheck.Require(saved, saved with { Step = 9 }, "run"), Throws.Nothing);
        Assert.That(ResumeCheck.Defining(options).Keys, Has.None.AnyOf("checkpointFolder", "checkpointEvery", "keepCheckpoints", "resume"));
    }
}

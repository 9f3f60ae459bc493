using System.Globalization;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>E4: LoRA by rewards over learning rates and λ. Accuracies are on validation, at the last step.</summary>
internal sealed class LoraByRewardsSection : ISection
{
    private const string Task = Arms.First;

    private sealed record BaseShare(double Value);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var grid = lab.Options.LoraByRewards;
        var baseShare = lab.Kept("base1.validation", () => new BaseShare(
            lab.Share(lab.Base(), Task, lab.Items(Task, ItemSplit.Validation, lab.Options.Questions.Validation)))).Value;
        findings.Number("base", "accuracy on validation", baseShare, Task);
        foreach (var kl in grid.KlWeights)
        {
            foreach (var rate in grid.Rates)
            {
                var runs = Runs(rate, kl);
                var arm = string.Create(CultureInfo.InvariantCulture, $"lora-rl, rate {rate:R}, λ {kl:R}");
                findings.Number(arm, "accuracy on validation, least", runs.Average(run => run.Curve.Min(point => point.Share)), Task);
                findings.Number(arm, "accuracy on validation, last step", runs.Average(run => run.Last), Task);
                findings.Number(arm, "nats a token from the base", runs.Average(run => run.Kl ?? 0), Task);
            }
        }
        var (largest, free) = (grid.Rates[^1], grid.KlWeights[0]);
        findings.Contrasts["lora-rl-end"] = new(
            string.Create(CultureInfo.InvariantCulture,
                $"validation accuracy of LoRA by rewards at rate {largest:R} and λ {free:R}, last step minus base"),
            [.. Runs(largest, free).Select(run => new[] { run.Last - baseShare })]);

        List<ArmResult> Runs(double rate, double kl) => [.. Enumerable.Range(1, grid.Seeds).Select(seed => Train(rate, kl, seed))];

        ArmResult Train(double rate, double kl, int seed) => trainer.Train(
            new ArmSpec(ArmMethod.LoraReinforce, Task, lab.Options.Questions.Train, seed) { Rate = rate, KlWeight = kl, KeepBest = false });
    }
}

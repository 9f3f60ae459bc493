using MlNetLlm.Adapters;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E3: objective against method and matrices, on one task and its hard variant. Written answers come in the base's own style and in another
/// one, since only a change of style is what the paper's next-token rows and its chat models had in common.
/// </summary>
internal sealed class ObjectivesSection : ISection
{
    private const string Task = Arms.First;

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var n = lab.Options.Questions.Train;
        var rl = Arms.Svf(lab, trainer, Task, 0);
        var lora = Arms.Lora(lab, trainer, Task, 0);
        var ntp = trainer.Tuned(new ArmSpec(ArmMethod.SvfNextToken, Task, n, 0));
        var rate = lab.Options.LoraByRewards.Rate;
        var arms = new Dictionary<string, ArmSpec>
        {
            ["svf-rl mlp"] = rl,
            ["svf-rl attention"] = Arms.OnAttention(rl),
            ["svf-rl all"] = rl with { Modules = ModuleSet.All },
            ["svf-ntp attention, worked"] = ntp,
            ["svf-ntp attention, terse"] = ntp with { Terse = true },
            ["lora-rl attention"] = new ArmSpec(ArmMethod.LoraReinforce, Task, n, 0) { Rate = rate },
            ["lora-ntp attention, worked"] = lora,
            ["lora-ntp attention, terse"] = lora with { Terse = true },
            ["lora-ntp all, worked"] = lora with { Modules = ModuleSet.All },
        };
        var right = arms.ToDictionary(arm => arm.Key, arm => Right(arm.Value, Task));
        foreach (var (name, answers) in right)
        {
            findings.Accuracy(name, Task, answers);
            findings.Accuracy(name, Arms.Hard(Task), Right(arms[name], Arms.Hard(Task)));
            findings.Number(name, "trainable parameters", trainer.Train(arms[name] with { Seed = 1 }).Parameters, Task);
        }
        var bases = lab.Seeds.Select(_ => lab.TestBase(Task)).ToList();
        findings.Accuracy("base", Arms.Hard(Task), [lab.TestBase(Arms.Hard(Task))]);
        Add("terse-over-base", "lora-ntp attention, terse", null);
        Add("worked-over-base", "lora-ntp attention, worked", null);
        Add("rl-over-terse", "svf-rl attention", "svf-ntp attention, terse");
        Add("mlp-over-attention", "svf-rl mlp", "svf-rl attention");
        Add("svf-rl-over-lora-rl", "svf-rl attention", "lora-rl attention");

        void Add(string endpoint, string first, string? second) => findings.Contrasts[endpoint] = Contrast.Of(
            $"right test answers of {Task}, {first} minus {second ?? "base"}", right[first], second is null ? bases : right[second]);

        List<string> Right(ArmSpec spec, string task) =>
            [.. lab.Seeds.Select(seed => trainer.Test(spec with { Seed = seed }, task))];
    }
}

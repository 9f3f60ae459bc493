using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Reinforcement;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>What the base model can do before anything is adapted. The test questions are not looked at.</summary>
internal sealed class GateSection : ISection
{
    private sealed record Ability(double Greedy, double PassOne, double PassMany);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var gate = lab.Options.Gate;
        var passed = true;
        foreach (var task in TaskTable.All)
        {
            var ability = lab.Kept($"gate.{task.Name}", () => Measure(lab, task.Name));
            findings.Number("base", "greedy accuracy before training", ability.Greedy, task.Name);
            findings.Number("base", "pass@1 at temperature 1", ability.PassOne, task.Name);
            findings.Number("base", $"pass@{gate.Samples} at temperature 1", ability.PassMany, task.Name);
            var expert = Arms.Tasks.Contains(task.Name);
            var (low, high) = expert ? (gate.ExpertLow, gate.ExpertHigh) : (gate.UnseenLow, gate.UnseenHigh);
            passed &= task.Name == "trace" || (ability.Greedy >= low && ability.Greedy <= high);
            if (expert) passed &= ability.PassMany >= ability.PassOne + gate.Headroom;
        }
        findings.Number("base", "gate passed", passed ? 1 : 0);
    }

    private static Ability Measure(Lab lab, string task)
    {
        var gate = lab.Options.Gate;
        var items = lab.Items(task, ItemSplit.Development, gate.Questions);
        var sampled = items.Take(gate.SampledQuestions).ToList();
        var options = new AnswerOptions
        {
            MaxTokens = Lab.AnswerTokens(task), Temperature = 1, Samples = gate.Samples, Seed = lab.Seed(1, "gate"),
        };
        var right = lab.Ml.LanguageModels()
            .Answers(lab.Base(), TaskRow.View(lab.Ml, sampled), Lab.Reward(task), options, lab.Context.Cancellation)
            .Select(answer => answer.IsRight).Chunk(gate.Samples).ToList();
        return new Ability(
            lab.Share(lab.Base(), task, items), right.Average(question => question.Average(isRight => isRight ? 1.0 : 0)),
            right.Average(question => question.Any(isRight => isRight) ? 1.0 : 0));
    }
}

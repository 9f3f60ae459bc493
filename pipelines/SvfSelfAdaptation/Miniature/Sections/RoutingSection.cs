using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>E6: which label the first pass gives, on the hard tasks and on English text whose label is "other".</summary>
internal sealed class RoutingSection : ISection
{
    /// <summary>What metrics of routing begin with; the label follows.</summary>
    public const string RoutedTo = "routed to ";

    private sealed record Routed(IReadOnlyList<string> Experts);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var libraries = new ExpertLibraries(lab, trainer);
        List<(string Name, string Label)> truths =
            [.. Arms.Tasks.Select(task => (Arms.Hard(task), TaskTable.Find(task).Skill!)), (TaskTable.Other, TaskTable.Other)];
        var (prompt, expert) = (new List<string>(), new List<string>());
        foreach (var seed in lab.Seeds)
        {
            using var library = new Lazily<SvfExpertLibrary>(() => libraries.Open(seed));
            prompt.Add(Right(StrategiesSection.Prompt, AdaptationStrategy.Prompt, library, seed));
            expert.Add(Right(StrategiesSection.Expert, AdaptationStrategy.ClassificationExpert, library, seed));
        }
        findings.Accuracy(StrategiesSection.Prompt, "routing", prompt);
        findings.Accuracy(StrategiesSection.Expert, "routing", expert);
        findings.Contrasts["routing-expert-over-prompt"] = Contrast.Of(
            "rightly labelled questions of the hard tasks and pieces of English, B minus A", expert, prompt);

        string Right(string arm, AdaptationStrategy strategy, Lazily<SvfExpertLibrary> library, int seed) => string.Concat(
            truths.Select(truth =>
            {
                // A's first pass runs on the base weights, the same for every seed.
                var of = strategy == AdaptationStrategy.Prompt ? 1 : seed;
                var experts = lab.Kept($"routing.{strategy}.{truth.Name}.s{of}", () => new Routed(
                    [.. libraries.Answer(library.Value, ExpertLibraries.Options(strategy) with { MaxTokens = 1 }, Prompts(lab, truth.Name))
                        .Select(row => row.Expert)])).Experts;
                if (seed == 1)
                {
                    foreach (var group in experts.GroupBy(label => label).OrderByDescending(group => group.Count()))
                        findings.Number($"{arm}, seed 1", $"{RoutedTo}{group.Key}", group.Count() / (double)experts.Count, truth.Name);
                }
                return string.Concat(experts.Select(label => label == truth.Label ? '1' : '0'));
            }));
    }

    private static IEnumerable<string> Prompts(Lab lab, string name)
    {
        var count = lab.Options.Questions.Routing;
        if (name != TaskTable.Other) return lab.Items(name, ItemSplit.Test, count).Select(item => item.Question);
        var random = new RandomStream(lab.Seed(1, "english"), "routing");
        return Enumerable.Range(0, count).Select(_ => lab.English.Draw(random, heldOut: true)).ToList();
    }
}

using MlNetLlm.Lora;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>E12: how many shots and generations the few-shot search needs, against fine-tuning on the same shots.</summary>
internal sealed class FewShotSection : ISection
{
    private sealed record Found(double OnShots, string Right, double Seconds);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var options = lab.Options.FewShot;
        var task = options.Task;
        var seeds = Enumerable.Range(1, options.Seeds).ToList();
        foreach (var (shots, generations) in options.Budgets)
        {
            var found = seeds.Select(seed => Search(shots, generations, seed)).ToList();
            Report($"C, {shots} shots, {generations} generations", found);
        }
        var (most, longest) = (options.Budgets.Max(budget => budget.Shots), options.Budgets[0].Generations);
        var tuned = seeds.Select(seed => lab.Kept($"few-shot.lora.{options.Budgets[0].Shots}.s{seed}",
            () => FineTune(lab, trainer, task, options.Budgets[0].Shots, seed))).ToList();
        Report($"LoRA on {options.Budgets[0].Shots} shots", tuned);

        var first = seeds.Select(seed => Search(options.Budgets[0].Shots, options.Budgets[0].Generations, seed)).ToList();
        findings.Contrasts["shots-gap"] = new(
            $"accuracy on {options.Budgets[0].Shots} shots of {task} minus on test, LoRA on the shots minus few-shot search",
            [.. tuned.Zip(first, (lora, search) => new[] { Gap(lora) - Gap(search) })]);
        var all = seeds.Select(seed => Search(most, longest, seed)).ToList();
        findings.Contrasts["more-shots"] = Contrast.Of(
            $"right test answers of {task}, {most} shots minus {options.Budgets[0].Shots}",
            all.Select(found => found.Right), first.Select(found => found.Right));

        Found Search(int shots, int generations, int seed) => lab.Kept($"few-shot.{shots}.{generations}.s{seed}", () =>
        {
            using var library = new ExpertLibraries(lab, trainer).Open(seed);
            var result = FewShotSearch.Run(lab, library, task, Shots(lab, task, shots, seed), generations, seed);
            using var model = library.Compose(result.Mix);
            return new Found(
                result.Score.Accuracy, lab.Grade(model, task, lab.Items(task, ItemSplit.Test, lab.Options.Questions.Test)), result.Seconds);
        });

        void Report(string arm, List<Found> found)
        {
            findings.Number(arm, "accuracy on its shots", found.Average(one => one.OnShots), task);
            findings.Accuracy(arm, task, [.. found.Select(one => one.Right)]);
            findings.Number(arm, "seconds", found.Average(one => one.Seconds), task);
        }
    }

    private static Found FineTune(Lab lab, ArmTrainer trainer, string task, int shots, int seed)
    {
        var start = lab.Context.Clock.GetTimestamp();
        var items = Shots(lab, task, shots, seed);
        using var model = lab.Ml.LanguageModels().FineTuneLora(lab.Base(), new LoraOptions
        {
            LearningRate = Arms.Lora(lab, trainer, Arms.First, seed).Rate,
            TextColumn = nameof(TaskRow.Prompt),
            CompletionColumn = nameof(TaskRow.Worked),
            BatchSize = shots,
            MaxSteps = lab.Options.NextToken.Steps,
            SequenceLength = lab.Options.Base.ContextLength,
            Seed = lab.Seed(seed, "few-shot"),
        }, lab.Context.Display, lab.Context.Cancellation).Fit(TaskRow.View(lab.Ml, items)).Model;
        var seconds = lab.Context.Clock.GetElapsedTime(start).TotalSeconds;
        return new Found(lab.Share(model, task, items),
            lab.Grade(model, task, lab.Items(task, ItemSplit.Test, lab.Options.Questions.Test)), seconds);
    }

    private static IReadOnlyList<TaskItem> Shots(Lab lab, string task, int count, int seed) =>
        lab.Items(task, ItemSplit.Development, count, seed);

    private static double Gap(Found found) => found.OnShots - found.Right.Count(c => c == '1') / (double)found.Right.Length;
}

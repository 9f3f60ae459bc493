using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E1 and E2: SVF by rewards against LoRA by written answers in the base's own style, with equal prompts, equally many rates to choose from
/// and one rule for the best step; then the same without choosing a step.
/// </summary>
internal sealed class BaselinesSection : ISection
{
    private sealed record Cell(string Task, int Questions)
    {
        public string Name(string arm) => $"{arm}, {Questions} prompts";
    }

    /// <summary>What the experts by so many prompts are called.</summary>
    public static string ExpertArm(int questions) => new Cell("", questions).Name("svf-rl");

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var counts = lab.Options.Questions;
        var (small, large) = (new Cell(Arms.First, counts.OtherTrain[0]), new Cell(Arms.First, counts.OtherTrain[^1]));
        Cell[] main = [.. Arms.Tasks.Select(task => new Cell(task, counts.Train))];
        foreach (var cell in (Cell[])[.. main, small, large]) Report(lab, trainer, cell, findings);
        foreach (var task in Arms.Tasks) findings.Accuracy("base", task, [lab.TestBase(task)]);

        var bases = lab.Seeds.Select(_ => string.Concat(Arms.Tasks.Select(task => lab.TestBase(task)))).ToList();
        findings.Contrasts["svf-over-base"] = Contrast.Of(
            $"right test answers of the three tasks, SVF by rewards on {counts.Train} prompts minus base", Svf(main), bases);
        findings.Contrasts["svf-over-lora-few"] = Contrast.Of(
            $"right test answers, at most {counts.Train} prompts, SVF by rewards minus LoRA of rank 16 by written answers",
            Svf([.. main, small]), Lora([.. main, small], 16));
        findings.Contrasts["svf-over-lora-many"] = Contrast.Of(
            $"right test answers of {Arms.First}, {large.Questions} prompts, SVF by rewards minus LoRA of rank 16 by written answers",
            Svf([large]), Lora([large], 16));
        findings.Contrasts["svf-over-lora-1"] = Contrast.Of(
            "right test answers of the three tasks, SVF by rewards minus LoRA of rank 1 by written answers", Svf(main), Lora(main, 1));
        Overfitting(lab, trainer, small, findings);

        List<string> Svf(Cell[] cells) => [.. lab.Seeds.Select(seed => string.Concat(cells.Select(cell =>
            trainer.Test(Arms.Svf(lab, trainer, cell.Task, seed, cell.Questions), cell.Task))))];

        List<string> Lora(Cell[] cells, int rank) => [.. lab.Seeds.Select(seed => string.Concat(cells.Select(cell =>
            trainer.Test(Arms.Lora(lab, trainer, cell.Task, seed, rank, cell.Questions), cell.Task))))];
    }

    private static void Report(Lab lab, ArmTrainer trainer, Cell cell, Findings findings)
    {
        Arm("svf-rl", seed => Arms.Svf(lab, trainer, cell.Task, seed, cell.Questions));
        Arm("lora-16", seed => Arms.Lora(lab, trainer, cell.Task, seed, 16, cell.Questions));
        if (cell.Questions == lab.Options.Questions.Train) Arm("lora-1", seed => Arms.Lora(lab, trainer, cell.Task, seed, 1));

        void Arm(string name, Func<int, ArmSpec> spec)
        {
            var specs = lab.Seeds.Select(spec).ToList();
            findings.Accuracy(cell.Name(name), cell.Task, [.. specs.Select(one => trainer.Test(one, cell.Task))]);
            findings.Number(cell.Name(name), "learning rate", specs[0].Rate, cell.Task);
            findings.Number(cell.Name(name), "trainable parameters", trainer.Train(specs[0]).Parameters, cell.Task);
            findings.Number(cell.Name(name), "seconds", specs.Average(one => trainer.Train(one).Seconds), cell.Task);
            if (cell.Questions != lab.Options.Questions.Train) return;
            if (!findings.Curves.TryGetValue(cell.Task, out var lines)) findings.Curves[cell.Task] = lines = [];
            lines.Add(new ChartLine(name, Mean([.. specs.Select(trainer.Train)]), Dashed: name != "svf-rl"));
        }
    }

    private static (double X, double Y)[] Mean(IReadOnlyList<ArmResult> runs) =>
        [.. Enumerable.Range(0, runs.Min(run => run.Curve.Count)).Select(i =>
            ((double)runs[0].Curve[i].Step, runs.Average(run => run.Curve[i].Share)))];

    // E2: the weights of the last step.
    private static void Overfitting(Lab lab, ArmTrainer trainer, Cell cell, Findings findings)
    {
        var svf = lab.Seeds.Select(seed => Last(Arms.Svf(lab, trainer, cell.Task, seed, cell.Questions))).ToList();
        var lora = lab.Seeds.Select(seed => Last(Arms.Lora(lab, trainer, cell.Task, seed, 16, cell.Questions))).ToList();
        foreach (var (name, runs) in new[] { ("svf-rl", svf), ("lora-16", lora) })
        {
            var arm = $"{cell.Name(name)}, last step";
            findings.Number(arm, "accuracy on training prompts", runs.Average(run => run.TrainShare), cell.Task);
            findings.Number(arm, "accuracy on validation", runs.Average(run => run.Last), cell.Task);
            findings.Number(arm, "lost since the best step", runs.Average(Drop), cell.Task);
        }
        findings.Contrasts["lora-gap-over-svf-gap"] = new(
            $"accuracy on {cell.Questions} training prompts minus on validation at the last step, LoRA minus SVF",
            [.. lora.Zip(svf, (a, b) => new[] { Gap(a) - Gap(b) })]);
        findings.Contrasts["svf-drop"] = new(
            "validation accuracy of SVF at its best step minus at its last", [.. svf.Select(run => new[] { Drop(run) })]);

        ArmResult Last(ArmSpec spec) => trainer.Train(spec with { KeepBest = false });
    }

    private static double Gap(ArmResult run) => run.TrainShare - run.Last;

    private static double Drop(ArmResult run) => run.Best - run.Last;
}

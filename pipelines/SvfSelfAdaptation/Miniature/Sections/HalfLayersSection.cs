namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>E10: experts of half of the layers: the first, the last, every other one.</summary>
internal sealed class HalfLayersSection : ISection
{
    private const string Task = Arms.First;

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var alternate = string.Join(',', Enumerable.Range(0, lab.Options.Base.Layers).Where(layer => layer % 2 == 0));
        var all = Right("all");
        findings.Accuracy("svf-rl, all layers", Task, all);
        var halves = new Dictionary<string, string>
        {
            ["first half"] = "first-half", ["last half"] = "second-half", ["alternate layers"] = alternate,
        };
        var means = new List<double[][]>();
        foreach (var (name, layers) in halves)
        {
            var right = Right(layers);
            findings.Accuracy($"svf-rl, {name}", Task, right);
            means.Add([.. right.Select(answers => answers.Select(c => (double)(c - '0')).ToArray())]);
        }
        double[][] half =
        [
            .. Enumerable.Range(0, all.Count).Select(seed =>
                Enumerable.Range(0, all[0].Length).Select(i => means.Average(rows => rows[seed][i])).ToArray()),
        ];
        var bases = lab.TestBase(Task);
        findings.Contrasts["half-over-base"] = new(
            $"right test answers of {Task}, mean of three choices of half of the layers minus base",
            [.. half.Select(row => row.Zip(bases, (h, b) => h - (b - '0')).ToArray())]);
        findings.Contrasts["all-over-half"] = new(
            $"right test answers of {Task}, all layers minus mean of three choices of half of them",
            [.. all.Zip(half, (a, row) => a.Zip(row, (x, h) => x - '0' - h).ToArray())]);

        List<string> Right(string layers) =>
            [.. lab.Seeds.Select(seed => trainer.Test(Arms.Svf(lab, trainer, Task, seed) with { Layers = layers }, Task))];
    }
}

using MlNetLlm.LanguageModels;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E9: experts of one base model on another of the same shapes (other seed, order and questions): as they are, reversed, shuffled within
/// each matrix, random of the same spread; and what an expert of the other model's own reaches.
/// </summary>
internal sealed class TransferSection : ISection
{
    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var (ordered, reversed, random, shuffled, bases) = (
            new List<string>(), new List<string>(), new List<string>(), new List<double[]>(), new List<string>());
        foreach (var seed in lab.Seeds)
        {
            ordered.Add(All(seed, "ordered", z => z));
            reversed.Add(All(seed, "reversed", z => [.. z.Reverse()]));
            random.Add(All(seed, "random", z => Random(z, new RandomStream(lab.Seed(seed, "random z"), $"{z.Length}"))));
            var draws = Enumerable.Range(0, lab.Options.Shuffles).Select(draw => All(seed, $"shuffled{draw}", z =>
            {
                float[] copy = [.. z];
                new RandomStream(lab.Seed(seed * 1000 + draw, "shuffle z"), $"{z[0]:R}").Shuffle<float>(copy);
                return copy;
            })).ToList();
            shuffled.Add([.. Enumerable.Range(0, draws[0].Length).Select(i => draws.Average(answers => answers[i] - '0'))]);
            bases.Add(string.Concat(Arms.Tasks.Select(task => lab.TestBase(task, 2))));
        }
        Report(lab, trainer, findings, ordered, reversed, random);
        findings.Number("base 2, shuffled experts", "mean accuracy of the three tasks", shuffled.Average(row => row.Average()));
        findings.Contrasts["ordered-over-shuffled"] = new(
            $"right test answers of the three tasks on base 2, experts as they are minus the mean of {lab.Options.Shuffles} shuffles",
            [.. ordered.Zip(shuffled, (answers, mean) => answers.Zip(mean, (a, m) => a - '0' - m).ToArray())]);
        findings.Contrasts["ordered-over-base"] = Contrast.Of(
            "right test answers of the three tasks on base 2, experts of base 1 minus base 2", ordered, bases);

        string All(int seed, string kind, Func<float[], float[]> change) => string.Concat(Arms.Experts.Select(expert =>
            lab.Test($"transfer.{expert.Label}.{kind}.s{seed}", expert.Task, () => Transferred(lab, trainer, expert.Task, seed, change))));
    }

    private static void Report(
        Lab lab, ArmTrainer trainer, Findings findings, List<string> ordered, List<string> reversed, List<string> random)
    {
        var size = lab.Options.Questions.Test;
        foreach (var (name, right) in new[] { ("ordered", ordered), ("reversed", reversed), ("random", random) })
            for (var t = 0; t < Arms.Tasks.Count; t++)
                findings.Accuracy($"base 2, experts of base 1 {name}", Arms.Tasks[t],
                    [.. right.Select(answers => answers.Substring(t * size, size))]);
        foreach (var task in Arms.Tasks)
        {
            findings.Accuracy("base 2", task, [lab.TestBase(task, 2)]);
            var own = Arms.Svf(lab, trainer, task, 1) with { Base = 2 };
            findings.Accuracy("base 2, an expert of its own", task, [trainer.Test(own, task)]);
        }
    }

    private static LanguageModel Transferred(Lab lab, ArmTrainer trainer, string task, int seed, Func<float[], float[]> change)
    {
        using var expert = trainer.Expert(Arms.Svf(lab, trainer, task, seed));
        var vectors = expert.Matrices.ToDictionary(matrix => matrix, matrix => change(expert.Vector(matrix)));
        using var transferred = SvfExpert.Create(lab.Base(2), vectors, expert.Variant, expert.MaxMultiplier);
        return transferred.ApplyTo(lab.Base(2));
    }

    // Normal p of the same mean and spread: z is then close to log-normal, as far from 1 as the expert's.
    private static float[] Random(float[] p, RandomStream random)
    {
        var mean = p.Average();
        var spread = Math.Sqrt(p.Average(value => (value - mean) * (value - mean)));
        return [.. p.Select(_ => (float)(mean + spread * random.NextNormal()))];
    }
}

using MlNetLlm.Karel;

namespace MlNetLlm.Tests.Karel;

/// <summary>
/// Majority baselines of random programs, and how far labels agree with the original's, recomputed against two independent simulations.
/// They depend on every rule at once: worlds, weights, lengths, alignment, features and meanings.
/// </summary>
public class KarelStatisticsTests
{
    private const int Programs = 200_000;

    // In percent: majority class of direction, offset and obstacle; agreement of the same three.
    private static readonly object[] Tables =
    [
        new TestCaseData(1, new double[][]
        {
            [25.1, 46.7, 62.5, 100, 100, 100], [25.1, 46.9, 62.4, 52.4, 73.0, 75.5], [25.1, 61.5, 69.9, 20.0, 33.3, 56.4],
            [25.1, 61.2, 68.5, 22.9, 32.3, 56.9], [25.0, 61.3, 68.5, 31.9, 33.0, 60.5], [25.1, 61.2, 68.5, 23.0, 32.4, 57.0],
        }),
        new TestCaseData(6, new double[][]
        {
            [25.1, 42.9, 61.8, 100, 100, 100], [25.0, 42.9, 61.9, 52, 68, 75], [25.0, 57.8, 70.0, 22, 30, 56],
            [25.1, 57.6, 68.4, 24, 29, 56],
        }),
    ];

    [TestCaseSource(nameof(Tables))]
    public void MajorityAndAgreement_OfRandomPrograms_AreThoseOfTheTables(int minLength, double[][] expected)
    {
        var meanings = KarelSemantics.Published.Take(expected.Length).ToArray();
        var measured = Measure(new KarelOptions { MinLength = minLength, Examples = 1, HeldOutExamples = 0 }, meanings);
        Assert.Multiple(() =>
        {
            for (int m = 0; m < meanings.Length; m++)
                for (int i = 0; i < 6; i++)
                    Assert.That(measured[m][i], Is.EqualTo(expected[m][i]).Within(i < 3 ? 0.5 : 1.0), $"{meanings[m].Name}, value {i}");
        });
    }

    private static double[][] Measure(KarelOptions options, KarelSemantics[] meanings)
    {
        var generator = new KarelGenerator(options, "majority");
        var task = new KarelTask(options);
        var counts = meanings.Select(_ => new[] { new long[4], new long[169], new long[2] }).ToArray();
        var same = meanings.Select(_ => new long[3]).ToArray();
        long pairs = 0;
        for (int i = 0; i < Programs; i++)
        {
            generator.Draw(i, task);
            pairs += KarelTrace.Pairs(task.Program.Length, 0);
            var original = Labels(task, KarelSemantics.Original);
            for (int m = 0; m < meanings.Length; m++)
                Count(original, Labels(task, meanings[m]), counts[m], same[m]);
        }

        return [.. meanings.Select((_, m) => counts[m].Select(c => c.Max()).Concat(same[m]).Select(n => 100.0 * n / pairs).ToArray())];
    }

    private static KarelFeatures[] Labels(KarelTask task, KarelSemantics semantics)
    {
        var features = new KarelFeatures[task.Program.Length + 1];
        KarelTrace.Features(task.Inputs[0], task.Program, semantics, features);
        return features;
    }

    private static void Count(KarelFeatures[] original, KarelFeatures[] other, long[][] counts, long[] same)
    {
        for (int operation = 1; operation < original.Length; operation++)
        {
            if (!KarelTrace.TryPair(operation, 0, original.Length - 1, out int state)) continue;
            var (one, two) = (original[state], other[state]);
            counts[0][two.DirectionLabel]++;
            counts[1][two.OffsetLabel]++;
            counts[2][two.ObstacleLabel]++;
            if (one.DirectionLabel == two.DirectionLabel) same[0]++;
            if (one.OffsetLabel == two.OffsetLabel) same[1]++;
            if (one.ObstacleLabel == two.ObstacleLabel) same[2]++;
        }
    }
}

using MlNetLlm.SelfAdaptation;

namespace MlNetLlm.Tests.SelfAdaptation;

public sealed class CrossEntropySearchTests
{
    [Test]
    public void Propose_BeginsAtTheMeanAndStaysInTheCube()
    {
        var search = new CrossEntropySearch(4, 1.0 / 3, new CrossEntropyOptions());
        var population = search.Propose();
        Assert.That(population, Has.Count.EqualTo(32));
        Assert.That(population[0], Is.All.EqualTo(1.0 / 3));
        Assert.That(population.SelectMany(candidate => candidate), Is.All.InRange(0, 1));
        Assert.That(population.Skip(1).SelectMany(candidate => candidate).Count(value => value == 0), Is.GreaterThan(10), "clamped");
        Assert.That(search.Propose(), Is.SameAs(population));
    }

    [Test]
    public void Update_TakesTheMomentsOfTheElites()
    {
        var search = new CrossEntropySearch(2, 0.5, new CrossEntropyOptions { Population = 5, Elites = 2, DeviationFloor = 0 });
        var population = search.Propose();
        search.Update([new(0.1, 0), new(0.5, -9), new(0.5, -2), new(0.1, 5), new(0.5, double.NaN)]);   // best: 2, then 1
        var (x, y) = (population[2], population[1]);
        Assert.That(search.Best, Is.SameAs(x));
        for (var i = 0; i < 2; i++)
        {
            Assert.That(search.Mean[i], Is.EqualTo((x[i] + y[i]) / 2).Within(1e-15));
            Assert.That(search.Deviation[i], Is.EqualTo(Math.Abs(x[i] - y[i]) / Math.Sqrt(2)).Within(1e-12), "the unbiased one of two");
        }
        Assert.That(search.Propose()[0], Is.SameAs(x));
    }

    [Test]
    public void Update_OfTies_TakesTheFirstAndKeepsTheFloor()
    {
        var search = new CrossEntropySearch(3, 0.5, new CrossEntropyOptions { Population = 8, Elites = 3, DeviationFloor = 0.05 });
        var first = search.Propose()[0];
        for (var generation = 0; generation < 60; generation++)
            search.Update([.. search.Propose().Select(_ => new MixScore(0.7, double.NegativeInfinity))]);
        Assert.That(search.Best, Is.SameAs(first));
        Assert.That(search.Deviation, Is.All.GreaterThanOrEqualTo(0.05));
        Assert.That(search.Generation, Is.EqualTo(60));
    }

    [Test]
    public void Smoothing_KeepsAShareOfTheOld()
    {
        var options = new CrossEntropyOptions { Population = 4, Elites = 2, Smoothing = 0.75, DeviationFloor = 0 };
        var search = new CrossEntropySearch(1, 0.5, options);
        var population = search.Propose();
        search.Update([new(0, 0), new(1, 0), new(1, 0), new(0, 0)]);
        var (mean, deviation) = ((population[1][0] + population[2][0]) / 2, Math.Abs(population[1][0] - population[2][0]) / Math.Sqrt(2));
        Assert.That(search.Mean[0], Is.EqualTo(0.75 * 0.5 + 0.25 * mean).Within(1e-15));
        Assert.That(search.Deviation[0], Is.EqualTo(0.75 * 0.5 + 0.25 * deviation).Within(1e-12));
    }

    [TestCase(3, 0.02)]
    [TestCase(24, 0.1)]
    public void Search_OfAQuadratic_ComesNearItsTop(int dimensions, double near)
    {
        double[] top = [.. Enumerable.Range(0, dimensions).Select(i => 0.1 + 0.8 * i / dimensions)];
        var search = new CrossEntropySearch(dimensions, 1.0 / 3, new CrossEntropyOptions());
        var last = double.NegativeInfinity;
        for (var generation = 0; generation < 60; generation++)
        {
            search.Update([.. search.Propose().Select(c => new MixScore(0.5, -c.Zip(top, (a, b) => (a - b) * (a - b)).Sum()))]);
            Assert.That(search.BestScore!.Value.LogLikelihood, Is.GreaterThanOrEqualTo(last), "the best is never lost");
            last = search.BestScore.Value.LogLikelihood;
        }
        Assert.That(Math.Sqrt(-last / dimensions), Is.LessThan(near));
    }

    [Test]
    public void Search_WithTheSameSeed_IsTheSame()
    {
        Assert.That(Run(3), Is.EqualTo(Run(3)));
        Assert.That(Run(3), Is.Not.EqualTo(Run(4)));

        static double[] Run(long seed)
        {
            var search = new CrossEntropySearch(5, 0.2, new CrossEntropyOptions { Seed = seed });
            for (var generation = 0; generation < 5; generation++)
                search.Update([.. search.Propose().Select(c => new MixScore(c[0], c[1]))]);
            return [.. search.Mean, .. search.Best];
        }
    }

    [Test]
    public void CompareTo_LooksAtLikelihoodOnlyAmongEqualAccuracies()
    {
        MixScore[] rising =
        [
            new(double.NaN, 0), new(0.1, double.NaN), new(0.1, double.NegativeInfinity), new(0.1, -3), new(0.1, -1), new(0.2, -99),
        ];
        Assert.That(rising.Reverse().Order(), Is.EqualTo(rising));
    }

    [Test]
    public void Options_WithFaults_AreAllNamed() =>
        Assert.That(
            () => new CrossEntropyOptions
            {
                Population = 1, Elites = 9, Generations = 0, InitialDeviation = 0, DeviationFloor = -1, Smoothing = 1,
            }.Validated(),
            Throws.ArgumentException.With.Message.EqualTo(
                "CrossEntropyOptions: Population is 1; expected 2 or more. Elites is 9; expected 2 to Population (1). "
                + "Generations is 0; expected 1 or more. InitialDeviation is 0; expected above 0. "
                + "DeviationFloor is -1; expected 0 or more. Smoothing is 1; expected 0 to below 1."));

    [Test]
    public void Update_OutOfTurn_IsRefused()
    {
        var search = new CrossEntropySearch(1, 0.5, new CrossEntropyOptions());
        Assert.That(() => search.Update([]), Throws.InvalidOperationException);
        search.Propose();
        Assert.That(() => search.Update([new(1, 0)]), Throws.ArgumentException.With.Message.Contains("1 scores for 32 candidates"));
    }
}

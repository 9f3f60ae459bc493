using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.SearchSpace;

namespace StandIns.Tests.AutoML;

internal sealed class TunerTests
{
    private static readonly double Start = ToyExperiment.Distance(new ToyExperiment.Point { X = 0.1, Y = 0.9 });

    [Test]
    public void CostFrugal_InABowl_ComesNearTheBottom() =>
        Assert.That(ToyExperiment.Bowl(80).SetCostFrugalTuner().Run().Loss, Is.LessThan(Start / 50));

    [Test]
    public void Smac_InABowl_BeatsItsRandomPopulation() =>
        Assert.That(ToyExperiment.Bowl(60).SetSmacTuner(numRandomEISearchConfigurations: 200).Run().Loss, Is.LessThan(0.01));

    [Test]
    public void Random_WithASeed_ProposesTheSameAgain()
    {
        Assert.That(ToyExperiment.Bowl(20).SetRandomSearchTuner(7).Run().Loss,
            Is.EqualTo(ToyExperiment.Bowl(20).SetRandomSearchTuner(7).Run().Loss));
    }

    [Test]
    public void Grid_WithThreeSteps_VisitsEveryPointOnce()
    {
        var seen = new List<(double, double)>();
        ToyExperiment.Of(s =>
        {
            var at = s.Parameter["bowl"].AsType<ToyExperiment.Point>();
            seen.Add((at.X, at.Y));
            return 1;
        }, models: 9).AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetGridSearchTuner(3).Run();
        Assert.That(seen.Distinct().Count(), Is.EqualTo(9));
        Assert.That(seen[0], Is.EqualTo((0.0, 0.0)));
    }

    [Test]
    public void EciCostFrugal_OfTwoAlternatives_TriesBoth()
    {
        var ml = new MLContext(seed: 1);
        SweepableEstimator Named(string name) =>
            new((context, _) => context.Transforms.CopyColumns(name, "Label"), new SearchSpace<ToyExperiment.Point>());
        var pipeline = ml.Transforms.CopyColumns("A", "Label").Append(Named("B"), Named("C"));
        var seen = new HashSet<string>();
        // Not SetPipeline's own runner: the formula prefers the second alternative.
        ml.Auto().CreateExperiment(new AutoMLExperiment.AutoMLExperimentSettings { Seed = 1 }).SetPipeline(pipeline)
            .SetTrialRunner(new ToyExperiment.FormulaRunner(s =>
            {
                var schema = s.Parameter["_pipeline_"]["_SCHEMA_"].AsType<string>();
                seen.Add(schema);
                return schema.Contains("e2", StringComparison.Ordinal) ? 0.1 : 0.9;
            })).SetMaxModelToExplore(30).Run();
        Assert.That(seen, Is.EquivalentTo(new[] { "e0 * e1", "e0 * e2" }));
    }
}

using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Data;
using Microsoft.ML.SearchSpace;

namespace StandIns.Tests.AutoML;

internal sealed class ExperimentTests
{
    [Test]
    public void Run_WithACostFrugalTuner_StartsAtTheDefaults()
    {
        var seen = new List<double>();
        ToyExperiment.Of(s => { seen.Add(s.Parameter["bowl"].AsType<ToyExperiment.Point>().X); return 1; }, models: 1)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetCostFrugalTuner().Run();
        Assert.That(seen.Single(), Is.EqualTo(0.1).Within(1e-9));
    }

    [Test]
    public void Run_WithALossThatIsNotANumber_NeitherPicksNorReportsIt()
    {
        var heard = new ToyExperiment.Heard();
        var best = ToyExperiment.Of(s => s.TrialId == 1 ? 0.5 : double.NaN, heard, models: 3)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetRandomSearchTuner(1).Run();
        Assert.That(best.TrialSettings.TrialId, Is.EqualTo(1));
        Assert.That(heard.Events, Is.EqualTo(new[]
        {
            "running 0", "completed 0", "running 1", "completed 1", "best 1", "running 2", "completed 2",
        }));
    }

    [Test]
    public void Run_WithNothingButNaN_EndsInATimeout() =>
        Assert.That(() => ToyExperiment.Of(_ => double.NaN, models: 2).AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>())
            .SetRandomSearchTuner(1).RunAsync(), Throws.TypeOf<TimeoutException>());

    [Test]
    public void Run_WithAFailingFirstTrial_IsAborted() =>
        Assert.That(() => ToyExperiment.Of(_ => throw new InvalidDataException("no")).SetRandomSearchTuner(1)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).RunAsync(), Throws.TypeOf<InvalidDataException>());

    [Test]
    public void Run_WithAFailingLaterTrial_GoesOn()
    {
        var heard = new ToyExperiment.Heard();
        var best = ToyExperiment.Of(s => s.TrialId == 1 ? throw new InvalidDataException("no") : 3 - s.TrialId, heard, models: 3)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetRandomSearchTuner(1).Run();
        Assert.That(best.TrialSettings.TrialId, Is.EqualTo(2));
        Assert.That(heard.Events, Does.Contain("failed 1"));
    }

    [Test]
    public void Run_WithoutATuner_IsANullReference() =>
        Assert.That(() => ToyExperiment.Of(_ => 1).RunAsync(), Throws.TypeOf<NullReferenceException>());

    [Test]
    public async Task RunAsync_Cancelled_ReturnsTheBestSoFar()
    {
        using var stop = new CancellationTokenSource();
        var experiment = ToyExperiment.Of(s => { if (s.TrialId == 2) stop.Cancel(); return 5 - s.TrialId; }, models: 1000)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetRandomSearchTuner(1);
        Assert.That((await experiment.RunAsync(stop.Token)).TrialSettings.TrialId, Is.EqualTo(2));
    }

    [Test]
    public void SetCheckpoint_WithAFolder_WritesTrialResultsAndGoesOnAfterThem()
    {
        var folder = Directory.CreateTempSubdirectory("checkpoint").FullName;
        var heard = new ToyExperiment.Heard();
        AutoMLExperiment Experiment() => ToyExperiment.Of(s => s.TrialId, heard, models: 2)
            .AddSearchSpace("bowl", new SearchSpace<ToyExperiment.Point>()).SetCheckpoint(folder).SetRandomSearchTuner(1);
        Experiment().Run();
        Assert.That(Directory.GetFiles(folder, "trialResults-*.csv"), Has.Length.EqualTo(1));
        Experiment().Run();
        Assert.That(heard.Events.Where(e => e.StartsWith("completed", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "completed 0", "completed 1", "completed 2", "completed 3" }));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Run_WithAPipelineAndData_FindsTheBestPoint()
    {
        var ml = new MLContext(seed: 1);
        var rows = Enumerable.Range(0, 40).Select(i => new Row { Label = i, Input = i }).ToList();
        var data = ml.Data.TrainTestSplit(ml.Data.LoadFromEnumerable(rows), 0.5, seed: 1);
        var space = new SearchSpace<Scale>();
        var pipeline = ml.Transforms.CopyColumns("Kept", "Input").Append(
            ml.Auto().CreateSweepableEstimator<Scale>((context, scale) =>
                context.Transforms.CustomMapping<Row, Scored>(
                    (row, scored) => scored.Score = row.Input * (float)scale.Factor, null), space));
        var result = ml.Auto().CreateExperiment().SetPipeline(pipeline).SetDataset(data)
            .SetRegressionMetric(RegressionMetric.MeanAbsoluteError).SetMaxModelToExplore(30).Run();
        Assert.That(result.Loss, Is.LessThan(2), "the defaults' error is 9.75 or so");
        Assert.That(result.Model.Transform(data.TestSet).Schema.GetColumnOrNull("Score"), Is.Not.Null);
    }

    public sealed class Row
    {
        public float Label { get; set; }

        public float Input { get; set; }
    }

    public sealed class Scored
    {
        public float Score { get; set; }
    }

    public sealed class Scale
    {
        [Microsoft.ML.SearchSpace.Range(0.1, 2.0, 0.5)]
        public double Factor { get; set; }
    }
}

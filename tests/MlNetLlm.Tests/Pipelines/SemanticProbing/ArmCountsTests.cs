using MlNetLlm.Karel;
using MlNetLlm.Pipelines.SemanticProbing;
using MlNetLlm.Tests.Karel;
using MlNetLlm.Traces;

namespace MlNetLlm.Tests.Pipelines.SemanticProbing;

public sealed class ArmCountsTests
{
    private const int Tasks = 300;

    [Test]
    public void Majority_SaysTheMostFrequentTrainingClass_AndIsScoredOnTestRows()
    {
        using var model = KarelModels.Create(KarelModels.Grid);
        using var train = Record("train");
        using var test = Record("test");
        var (learnt, asked) = (new LabelTable(train.View, train.Options, Tasks), new LabelTable(test.View, test.Options, Tasks));
        var majority = asked.Majority(learnt, "original", 0);
        for (var feature = 0; feature < 3; feature++)
        {
            var most = Enumerable.Range(0, learnt.Rows).Select(row => learnt.Class(feature, "original", 0, row))
                .GroupBy(label => label).MaxBy(same => same.Count())!.Key;
            var right = Enumerable.Range(0, asked.Rows).Count(row => asked.Class(feature, "original", 0, row) == most);
            Assert.That(majority.Features[feature].Right.Sum(), Is.EqualTo(right));
            Assert.That(majority.Features[feature].Rows.Sum(), Is.EqualTo(asked.Rows));
        }
        Assert.That(majority.Direction.Rows, Is.EqualTo(
            Enumerable.Range(0, Tasks).Select(task => new KarelGenerator(KarelModels.Tasks, "test").LengthAt(task) - 1)));

        TraceDataset Record(string stream) => TraceDataset.Create(
            model, new KarelGenerator(KarelModels.Tasks, stream), Tasks,
            new TraceOptions { Reading = KarelModels.Grid, Programs = TracePrograms.Reference, MaxOperations = KarelModels.MaxOperations });
    }

    [Test]
    public void Sum_OfProbeSeeds_CountsTheirAnswersTogether()
    {
        var one = new ArmCounts(new([1, 0], [2, 2]), new([2, 1], [2, 2]), new([0, 0], [2, 2]), [0.5]);
        var two = new ArmCounts(new([2, 2], [2, 2]), new([0, 0], [2, 2]), new([2, 1], [2, 2]), [0.7]);
        var sum = ArmCounts.Sum([one, two]);
        Assert.That(sum.Content([0, 1]), Is.EqualTo(new KarelSemanticContent(5 / 8.0, 3 / 8.0, 3 / 8.0)));
        Assert.That(sum.Content([0, 0]).Direction, Is.EqualTo(3 / 4.0));
        Assert.That(sum.SeedMeans, Is.EqualTo(new[] { 0.5, 0.7 }));
    }
}

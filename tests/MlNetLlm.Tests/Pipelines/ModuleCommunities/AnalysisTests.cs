using MlNetLlm.Communities;
using MlNetLlm.Pipelines.ModuleCommunities;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class AnalysisTests
{
    private static readonly NetworkOptions Options = new()
    {
        Draws = 6, LouvainRuns = 6, Permutations = 199, CommunityPermutations = 19, Shuffles = 40, Alpha = 0.04,
    };

    private static readonly PlantedQuestions Questions = new();

    private static readonly Partition Owners = Partition.Of(PlantedQuestions.Owners);

    private static CorrectedAnalysis Corrected => new(Options, Questions, 3, CancellationToken.None);

    private static PublishedAnalysis Published => new(Options, Questions, 3, CancellationToken.None);

    [Test]
    public void Corrected_FindsWhatIsPlanted()
    {
        var found = Corrected.Run(
            Questions.Importance(1, 0.2, 1), (Questions.Importance(1, 0.2, 2), Questions.Importance(1, 0.2, 3)));
        Assert.That(Agreement.AdjustedRand(found.Partition(), Owners), Is.EqualTo(1));
        Assert.That(found.Holm[0], Is.LessThanOrEqualTo(0.05));
        Assert.That(found.Modules.Statistic, Is.EqualTo(1).And.GreaterThan(found.Modules.NullMean + found.Modules.NullDeviation));
        Assert.That(found.Skills.Statistic, Is.EqualTo(1).And.GreaterThan(found.Skills.NullMean + found.Skills.NullDeviation));
        Assert.That(found.Functions.Statistic, Is.GreaterThan(5 * found.Functions.NullMean));
        Assert.That(found.Surfaces!.P, Is.GreaterThan(0.05), "wording was not planted");
        Assert.That(found.Reliability, Is.GreaterThan(0.5));
        Assert.That(found.HalvesAgree, Is.EqualTo(1));
        Assert.That(found.Q.P, Is.LessThanOrEqualTo(1.0 / 20));
        Assert.That(found.Gap.P, Is.LessThanOrEqualTo(1.0 / 20));
        Assert.That(found.HighestParticipation, Is.LessThanOrEqualTo(1 - 1.0 / found.Partition().Count));
    }

    [Test]
    public void Corrected_OnNoise_FindsNothing_ThoughItsModularityIsNotZero()
    {
        var found = Corrected.Run(Questions.Importance(0, 0.2, 5));
        Assert.That(found.Holm[0], Is.GreaterThan(0.05));
        Assert.That(Agreement.AdjustedRand(found.Partition(), Owners), Is.EqualTo(0).Within(0.2));
        Assert.That(found.Q.Statistic, Is.GreaterThan(0.1), "never report Q without its null");
        Assert.That(found.Reliability, Is.Null);
    }

    [Test]
    public void Corrected_SeesWording_ThatDiffersInsideSkills()
    {
        // A little of every module more where it is a template, but for even modules where it is a list.
        var importance = Questions.Importance(1, 0.02, 1);
        var values = (double[,])importance.Values.Clone();
        for (var d = 0; d < values.GetLength(0); d++)
            for (var w = 0; w < values.GetLength(1); w++)
                values[d, w] += w % 2 == (Questions.Sets[d].Surface == "list" ? 0 : 1) ? 0.1 : 0;
        Assert.That(Corrected.Run(importance.With(values)).Surfaces!.P, Is.LessThanOrEqualTo(0.05));
    }

    [Test]
    public void Corrected_WhereAFunctionsSetsAreAllAlike_WritesALargeF()
    {
        var importance = Questions.Importance(1, 0, 1);                       // no noise: 2 where the owner is the function, else 1
        var found = Corrected.Run(importance);
        Assert.That(found.Functions.Statistic, Is.GreaterThan(1e6).And.LessThanOrEqualTo(1e9));
        Assert.That(found.Functions.P, Is.LessThanOrEqualTo(0.01));
        Assert.That(new[] { found.Functions.NullMean, found.Functions.NullDeviation }, Is.All.Matches<double>(double.IsFinite));
        var infinite = new PermutationTest(double.PositiveInfinity, 0.01, double.PositiveInfinity, double.NaN, 99);
        Assert.That(CorrectedAnalysis.Bounded(infinite), Is.EqualTo(new PermutationTest(1e9, 0.01, 1e9, 0, 99)));
    }

    [Test]
    public void FalsePositives_OnNoise_AreAsFewAsTheLevel() =>
        Assert.That(Corrected.FalsePositives(Questions.Importance(0, 0.2, 6)), Is.LessThanOrEqualTo(0.2), "40 shuffles at 5 %");

    [Test]
    public void Published_DoesNotFindWhatIsPlanted_AndItsDrawsDoNotAgree()
    {
        var found = Published.Run(Questions.Importance(1, 0.2, 1), PlantedQuestions.Owners);
        Assert.That(found.Draws, Has.Count.EqualTo(6));
        Assert.That(found.Stability, Is.LessThan(0.3));
        Assert.That(found.Mean(draw => draw.Louvain), Is.GreaterThan(found.Stability!.Value), "runs on one draw agree more");
        Assert.That(found.Mean(draw => draw.OwnerAgreement!.Value), Is.LessThan(0.5));
        foreach (var draw in found.Draws)
        {
            Assert.That(draw.Communities, Has.Count.EqualTo(draw.Nodes.Count).And.Count.EqualTo(draw.OneTerm.Count));
            Assert.That(draw.Textbook.Max(), Is.LessThanOrEqualTo(1 - 1.0 / draw.Communities.Distinct().Count() + 1e-12));
        }
    }

    [Test]
    public void Constant_KeepsEachSetsMean_OnTheModulesItUses()
    {
        double[,] values = { { 1, 3, 0 }, { 0, 0, 5 } };
        var constant = PublishedAnalysis.Constant(new NamedMatrix(["a", "b"], ["x", "y", "z"], values));
        Assert.That(constant.Values, Is.EqualTo(new double[,] { { 2, 2, 0 }, { 0, 0, 5 } }));
    }

    [Test]
    public void Goldens_AreWhatTheCodeComputes() => Assert.That(Goldens.Deviation(), Is.LessThan(1e-6));

    [Test]
    public void MatrixTable_Inner_LeavesOutTheOuterLayers()
    {
        string[] modules = ["layers.0.mlp.up", "layers.0.mlp.down", "layers.1.mlp.up", "layers.2.mlp.up", "layers.10.mlp.up"];
        var inner = new MatrixTable(["a"], modules, [[1, 2, 3, 4, 5]]).Inner()!;
        Assert.That(inner.Columns, Is.EqualTo(modules[2..4]));
        Assert.That(inner.Values[0], Is.EqualTo(new double[] { 3, 4 }));
        Assert.That(new MatrixTable(["a"], modules[..3], [[1, 2, 3]]).Inner(), Is.Null, "two layers have no inside");
    }

    [Test]
    public void MatrixTable_TakesRowsByName_AndBack()
    {
        var matrix = new NamedMatrix(["a", "b", "c"], ["x", "y"], new double[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } });
        var table = MatrixTable.Of(matrix, ["c", "a"]);
        Assert.That(table.Named().Values, Is.EqualTo(new double[,] { { 5, 6 }, { 1, 2 } }));
        Assert.That(table.Take(row => row == 1).Rows, Is.EqualTo(new[] { "a" }));
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class SplitTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void TrainTestSplit_OfAllRows_IsDisjointAndComplete()
    {
        var split = _ml.Data.TrainTestSplit(_ml.Numbers(1000), 0.2);
        var train = split.TrainSet.NumbersOf();
        var test = split.TestSet.NumbersOf();
        Assert.That(train.Intersect(test), Is.Empty);
        Assert.That(train.Concat(test).Order(), Is.EqualTo(Enumerable.Range(0, 1000)));
        Assert.That(test.Length, Is.InRange(140, 260));
    }

    [Test]
    public void TrainTestSplit_WithTheSameSeed_IsTheSame()
    {
        Assert.That(TestSet(new MLContext(1), 5), Is.EqualTo(TestSet(new MLContext(2), 5)));
        Assert.That(TestSet(new MLContext(1), 5), Is.Not.EqualTo(TestSet(new MLContext(1), 6)));
    }

    [Test]
    public void TrainTestSplit_WithoutSeed_TakesTheContexts()
    {
        var ml = new MLContext(3);
        Assert.That(TestSet(ml, null), Is.EqualTo(TestSet(ml, null)));
        Assert.That(TestSet(ml, null), Is.EqualTo(TestSet(new MLContext(3), null)));
    }

    [Test]
    public void TrainTestSplit_WithSamplingKey_KeepsGroupsTogether()
    {
        var split = _ml.Data.TrainTestSplit(_ml.Numbers(500, groups: 50), 0.3, "Group");
        var train = split.TrainSet.GetColumn<string>("Group").ToHashSet();
        var test = split.TestSet.GetColumn<string>("Group").ToHashSet();
        Assert.That(train.Overlaps(test), Is.False);
        Assert.That(train.Count + test.Count, Is.EqualTo(50));
        Assert.That(test, Is.Not.Empty);
    }

    [Test]
    public void TrainTestSplit_WithNumericSamplingKey_KeepsGroupsTogether()
    {
        var split = _ml.Data.TrainTestSplit(_ml.Numbers(200), 0.5, "Number");
        Assert.That(split.TrainSet.NumbersOf().Intersect(split.TestSet.NumbersOf()), Is.Empty);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(-0.1)]
    public void TrainTestSplit_WithFractionOutside_Throws(double fraction) =>
        Assert.That(() => _ml.Data.TrainTestSplit(_ml.Numbers(10), fraction), Throws.InstanceOf<ArgumentOutOfRangeException>());

    [Test]
    public void CrossValidationSplit_OfAllRows_TestsEachRowOnce()
    {
        var folds = _ml.Data.CrossValidationSplit(_ml.Numbers(300), 3, seed: 7);
        Assert.That(folds, Has.Count.EqualTo(3));
        Assert.That(folds.SelectMany(fold => fold.TestSet.NumbersOf()).Order(), Is.EqualTo(Enumerable.Range(0, 300)));
        foreach (var fold in folds)
            Assert.That(fold.TrainSet.NumbersOf().Concat(fold.TestSet.NumbersOf()).Order(), Is.EqualTo(Enumerable.Range(0, 300)));
    }

    [Test]
    public void CrossValidationSplit_WithSamplingKey_KeepsGroupsTogether()
    {
        foreach (var fold in _ml.Data.CrossValidationSplit(_ml.Numbers(200, groups: 20), 4, "Group"))
            Assert.That(fold.TrainSet.GetColumn<string>("Group").Intersect(fold.TestSet.GetColumn<string>("Group")), Is.Empty);
    }

    [Test]
    public void CrossValidationSplit_WithOneFold_Throws() =>
        Assert.That(() => _ml.Data.CrossValidationSplit(_ml.Numbers(10), 1), Throws.InstanceOf<ArgumentException>());

    private static int[] TestSet(MLContext ml, int? seed) => ml.Data.TrainTestSplit(ml.Numbers(200), 0.3, seed: seed).TestSet.NumbersOf();
}

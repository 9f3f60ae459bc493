using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.Tests.SparseAutoencoders;

public sealed class TopKTests
{
    [Test]
    public void Select_AgreesWithSorting([Values(1, 2, 7, 33)] int k, [Values(33, 64, 100)] int count, [Values(1, 2, 3)] int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, count).Select(_ => (float)random.Next(12) - 6).ToArray();      // with many equal ones
        var (ids, kept) = (new int[k], new float[k]);
        TopK.Select(values, ids, kept);
        var expected = Enumerable.Range(0, count).OrderByDescending(i => values[i]).ThenBy(i => i).Take(k).ToArray();
        Assert.That(ids, Is.EqualTo(expected));
        Assert.That(kept, Is.EqualTo(expected.Select(i => values[i])));
    }

    [Test]
    public void Select_OfNone_TakesNone() => Assert.That(() => TopK.Select([1, 2], [], []), Throws.Nothing);
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class RowOperationTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void SkipAndTakeRows_Together_CutASlice()
    {
        var slice = _ml.Data.TakeRows(_ml.Data.SkipRows(_ml.Numbers(10), 3), 4);
        Assert.That(slice.NumbersOf(), Is.EqualTo(new[] { 3, 4, 5, 6 }));
        Assert.That(_ml.Data.TakeRows(_ml.Numbers(2), 5).NumbersOf(), Is.EqualTo(new[] { 0, 1 }));
        Assert.That(_ml.Data.SkipRows(_ml.Numbers(2), 5).NumbersOf(), Is.Empty);
        Assert.That(() => _ml.Data.TakeRows(_ml.Numbers(2), 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void FilterRowsByColumn_WithBounds_TakesLowerNotUpperAndNoNaN()
    {
        var data = _ml.Floats(1, 2, 3, float.NaN, 4);
        Assert.That(_ml.Data.FilterRowsByColumn(data, "Value", 2, 4).GetColumn<float>("Value"), Is.EqualTo(new[] { 2f, 3 }));
        Assert.That(_ml.Data.FilterRowsByColumn(data, "Value").GetColumn<float>("Value"), Is.EqualTo(new[] { 1f, 2, 3, 4 }));
        Assert.That(() => _ml.Data.FilterRowsByColumn(_ml.Words("a"), "Word"), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void FilterRowsByMissingValues_OverNumbersAndKeys_DropsNaNAndKeyZero()
    {
        var floats = _ml.Data.FilterRowsByMissingValues(_ml.Floats(1, float.NaN, 2), "Value");
        Assert.That(floats.GetColumn<float>("Value"), Is.EqualTo(new[] { 1f, 2 }));
        var vectors = _ml.Data.FilterRowsByMissingValues(_ml.Vectors([1, 2], [3, float.NaN]), "Features");
        Assert.That(vectors.GetColumn<float[]>("Features").Single(), Is.EqualTo(new[] { 1f, 2 }));
        var words = _ml.Words("a", "", "b");
        var keys = _ml.Transforms.Conversion.MapValueToKey("Word").Fit(words).Transform(words);
        Assert.That(_ml.Data.FilterRowsByMissingValues(keys, "Word").GetColumn<uint>("Word"), Is.EqualTo(new uint[] { 1, 2 }));
    }

    [Test]
    public void FilterRowsByKeyColumnFraction_WithHalf_TakesTheLowerKeys()
    {
        var words = _ml.Words("a", "b", "c", "d", "a");
        var keys = _ml.Transforms.Conversion.MapValueToKey("Word").Fit(words).Transform(words);
        Assert.That(_ml.Data.FilterRowsByKeyColumnFraction(keys, "Word", 0, 0.5).GetColumn<uint>("Word"),
            Is.EqualTo(new uint[] { 1, 2, 1 }));
    }

    [Test]
    public void FilterByCustomPredicate_WhereTrue_Drops()
    {
        var odd = _ml.Data.FilterByCustomPredicate<ToyData.NumberRow>(_ml.Numbers(6), row => row.Number % 2 == 0);
        Assert.That(odd.NumbersOf(), Is.EqualTo(new[] { 1, 3, 5 }));
    }

    [TestCase(1000)]
    [TestCase(7)]
    public void ShuffleRows_WithSeed_IsARepeatablePermutation(int pool)
    {
        var shuffled = _ml.Data.ShuffleRows(_ml.Numbers(100), seed: 5, shufflePoolSize: pool);
        var order = shuffled.NumbersOf();
        Assert.That(order.Order(), Is.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(order, Is.Not.EqualTo(Enumerable.Range(0, 100)));
        Assert.That(shuffled.NumbersOf(), Is.EqualTo(order));
        Assert.That(_ml.Data.ShuffleRows(_ml.Numbers(100), seed: 6, shufflePoolSize: pool).NumbersOf(), Is.Not.EqualTo(order));
    }

    [Test]
    public void ShuffleRows_OfSeveralColumns_KeepsRowsTogether()
    {
        var data = _ml.Data.ShuffleRows(_ml.Numbers(50, groups: 50), seed: 2, shufflePoolSize: 5);
        foreach (var row in _ml.Data.CreateEnumerable<ToyData.NumberRow>(data, false))
            Assert.That(row.Group, Is.EqualTo($"g{row.Number}"));
    }

    [Test]
    public void ShuffleRows_OfVectors_GivesEachRowItsOwn()
    {
        var rows = Enumerable.Range(0, 20).Select(i => new[] { (float)i, -i }).ToArray();
        var shuffled = _ml.Data.ShuffleRows(_ml.Vectors(rows), seed: 1, shufflePoolSize: 4);
        var read = shuffled.GetColumn<float[]>("Features").ToList();
        Assert.That(read.Select(row => row[0]).Order(), Is.EqualTo(rows.Select(row => row[0])));
        Assert.That(read.All(row => row[1] == -row[0]), Is.True);
    }

    [Test]
    public void Cache_ReadTwice_ReadsItsSourceOnce()
    {
        var readings = 0;
        var cached = _ml.Data.Cache(_ml.Data.LoadFromEnumerable(Rows()));
        Assert.That(cached.GetColumn<string>("Word"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(cached.GetColumn<string>("Word"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(readings, Is.EqualTo(1));

        IEnumerable<ToyData.WordRow> Rows()
        {
            readings++;
            yield return new() { Word = "a" };
            yield return new() { Word = "b" };
        }
    }

    [Test]
    public void Cache_WithRandom_ShufflesRowsAndKeepsThemTogether()
    {
        var cached = _ml.Data.Cache(_ml.Numbers(30, groups: 30));
        Assert.That(cached.CanShuffle, Is.True);
        using var cursor = cached.GetRowCursor(cached.Schema, new Random(1));
        var number = cursor.GetGetter<int>(cached.Schema["Number"]);
        var group = cursor.GetGetter<ReadOnlyMemory<char>>(cached.Schema["Group"]);
        var seen = new List<int>();
        ReadOnlyMemory<char> text = default;
        for (var value = 0; cursor.MoveNext(); seen.Add(value))
        {
            number(ref value);
            group(ref text);
            Assert.That(text.ToString(), Is.EqualTo($"g{value}"));
        }
        Assert.That(seen.Order(), Is.EqualTo(Enumerable.Range(0, 30)));
        Assert.That(seen, Is.Not.Ordered);
    }
}

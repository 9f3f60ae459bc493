using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;

namespace StandIns.Tests.ML;

internal sealed class KeyTests
{
    private readonly MLContext _ml = new(1);

    private TransformsCatalog.ConversionTransforms Conversion => _ml.Transforms.Conversion;

    [Test]
    public void MapValueToKey_ByOccurrenceOrValue_NumbersFromOne()
    {
        var data = _ml.Words("b", "a", "Z", "b");
        var byOccurrence = Conversion.MapValueToKey("Word").Fit(data).Transform(data);
        Assert.That(byOccurrence.GetColumn<uint>("Word"), Is.EqualTo(new uint[] { 1, 2, 3, 1 }));
        Assert.That(byOccurrence.Schema["Word"].Type, Is.EqualTo(new KeyDataViewType(typeof(uint), 3)));
        var byValue = Conversion.MapValueToKey("Word", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue).Fit(data)
            .Transform(data);
        Assert.That(byValue.GetColumn<uint>("Word"), Is.EqualTo(new uint[] { 3, 2, 1, 3 }));
        Assert.That(byValue.Schema["Word"].TextAnnotationOf("KeyValues"), Is.EqualTo(new[] { "Z", "a", "b" }));
    }

    [Test]
    public void MapValueToKey_OfUnseenEmptyOrNaN_GivesZero()
    {
        var words = Conversion.MapValueToKey("Word").Fit(_ml.Words("a", "", "b"));
        Assert.That(words.Transform(_ml.Words("b", "c", "", "a")).GetColumn<uint>("Word"), Is.EqualTo(new uint[] { 2, 0, 0, 1 }));
        var floats = Conversion.MapValueToKey("Value").Fit(_ml.Floats(2, float.NaN, 1));
        Assert.That(floats.Transform(_ml.Floats(float.NaN, 1, 2, 3)).GetColumn<uint>("Value"), Is.EqualTo(new uint[] { 0, 2, 1, 0 }));
    }

    [Test]
    public void MapValueToKey_WithMaximum_KeepsTheFirst()
    {
        var data = _ml.Words("a", "b", "c");
        Assert.That(Conversion.MapValueToKey("Word", maximumNumberOfKeys: 2).Fit(data).Transform(data).GetColumn<uint>("Word"),
            Is.EqualTo(new uint[] { 1, 2, 0 }));
    }

    [Test]
    public void MapValueToKey_WithKeyData_TakesItsOrder()
    {
        var data = _ml.Words("a", "b", "c");
        var model = Conversion.MapValueToKey("Word", keyData: _ml.Words("c", "b")).Fit(data);
        Assert.That(model.Transform(data).GetColumn<uint>("Word"), Is.EqualTo(new uint[] { 0, 2, 1 }));
    }

    [Test]
    public void MapValueToKey_OfSeveralColumns_LearnsThemTogether()
    {
        var data = _ml.Numbers(4, groups: 2);
        var model = Conversion.MapValueToKey([new InputOutputColumnPair("N", "Number"), new InputOutputColumnPair("G", "Group")]).Fit(data);
        Assert.That(model.Transform(data).GetColumn<uint>("N"), Is.EqualTo(new uint[] { 1, 2, 3, 4 }));
        Assert.That(model.Transform(data).GetColumn<uint>("G"), Is.EqualTo(new uint[] { 1, 2, 1, 2 }));
        Assert.That(model.Transform(data).Schema["N"].AnnotationOf<int>("KeyValues"), Is.EqualTo(new[] { 0, 1, 2, 3 }));
    }

    [Test]
    public void MapValueToKey_WithTextAnnotations_NamesNumbers()
    {
        var data = _ml.Numbers(2);
        var column = Conversion.MapValueToKey("Number", addKeyValueAnnotationsAsText: true).Fit(data).Transform(data).Schema["Number"];
        Assert.That(column.HasKeyValues(), Is.True);
        Assert.That(column.TextAnnotationOf("KeyValues"), Is.EqualTo(new[] { "0", "1" }));
    }

    [Test]
    public void MapValueToKey_OfVectors_MapsEachSlot()
    {
        var data = _ml.Vectors([1, 2], [2, 3]);
        var output = Conversion.MapValueToKey("Features").Fit(data).Transform(data);
        Assert.That(output.GetColumn<uint[]>("Features"), Is.EqualTo(new[] { new uint[] { 1, 2 }, [2, 3] }));
        Assert.That(output.Schema["Features"].Type, Is.EqualTo(new VectorDataViewType(new KeyDataViewType(typeof(uint), 3), 2)));
    }

    [Test]
    public void MapValueToKey_OfMissingOrOtherColumn_NamesIt()
    {
        Assert.That(() => Conversion.MapValueToKey("Nothing").Fit(_ml.Words("a")),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Nothing"));
        var model = Conversion.MapValueToKey("Word").Fit(_ml.Words("a"));
        var other = _ml.Transforms.CopyColumns("Word", "Number").Fit(_ml.Numbers(1)).Transform(_ml.Numbers(1));
        Assert.That(() => model.Transform(other).GetColumn<uint>("Word").ToList(), Throws.Exception);
    }

    [Test]
    public void MapKeyToValue_OfMissingKeys_GivesTheMissingValue()
    {
        var words = Conversion.MapValueToKey("Word").Append(Conversion.MapKeyToValue("Word")).Fit(_ml.Words("a", "b"));
        Assert.That(words.Transform(_ml.Words("b", "x")).GetColumn<string>("Word"), Is.EqualTo(new[] { "b", "" }));
        var floats = Conversion.MapValueToKey("Value").Append(Conversion.MapKeyToValue("Value")).Fit(_ml.Floats(1, 2));
        Assert.That(floats.Transform(_ml.Floats(2, 9)).GetColumn<float>("Value"), Is.EqualTo(new[] { 2f, float.NaN }));
    }

    [Test]
    public void MapKeyToValue_WithoutKeyValues_Throws()
    {
        Assert.That(() => Conversion.MapKeyToValue("Word").Fit(_ml.Words("a")), Throws.Exception);
        var keys = _ml.Data.LoadFromEnumerable(new[] { new KeyRow() });
        Assert.That(() => Conversion.MapKeyToValue("Key").Fit(keys), Throws.Exception);
    }

    [Test]
    public void MapKeyToVector_OfAKey_MarksItsPlace()
    {
        var data = _ml.Words("a", "b");
        var output = Conversion.MapValueToKey("Key", "Word").Append(Conversion.MapKeyToVector("Vector", "Key")).Fit(data)
            .Transform(_ml.Words("b", "x"));
        Assert.That(output.GetColumn<float[]>("Vector"), Is.EqualTo(new[] { new[] { 0f, 1 }, [0, 0] }));
        Assert.That(output.Schema["Vector"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(output.Schema["Vector"].IsNormalized(), Is.True);
    }

    [Test]
    public void MapKeyToVector_OfSeveralKeys_JoinsOrCounts()
    {
        var data = _ml.Vectors([1, 2], [2, 2]);
        var keys = Conversion.MapValueToKey("Features").Fit(data).Transform(data);
        var joined = Conversion.MapKeyToVector("Features").Fit(keys).Transform(keys);
        Assert.That(joined.GetColumn<float[]>("Features"), Is.EqualTo(new[] { new[] { 1f, 0, 0, 1 }, [0, 1, 0, 1] }));
        var counted = Conversion.MapKeyToVector("Features", outputCountVector: true).Fit(keys).Transform(keys);
        Assert.That(counted.GetColumn<float[]>("Features"), Is.EqualTo(new[] { new[] { 1f, 1 }, [0, 2] }));
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Key { get; set; }
    }
}

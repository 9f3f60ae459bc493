using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class ValueConversionTests
{
    private readonly MLContext _ml = new(1);

    private TransformsCatalog.ConversionTransforms Conversion => _ml.Transforms.Conversion;

    [Test]
    public void ConvertType_OfText_ReadsNumbersAndMissing()
    {
        var data = _ml.Words("1.5", "", "x", "-2", "?");
        Assert.That(Converted<float>(data, DataKind.Single), Is.EqualTo(new[] { 1.5f, 0, float.NaN, -2, float.NaN }));
        Assert.That(Converted<double>(data, DataKind.Double), Is.EqualTo(new[] { 1.5, 0, double.NaN, -2, double.NaN }));
        Assert.That(Converted<bool>(_ml.Words("1", "", "x"), DataKind.Boolean), Is.EqualTo(new[] { true, false, false }));
        Assert.That(Converted<byte>(_ml.Words("7", "", "x"), DataKind.Byte), Is.EqualTo(new byte[] { 7, 0, 0 }));
        Assert.That(Converted<int>(_ml.Words("-7", ""), DataKind.Int32), Is.EqualTo(new[] { -7, 0 }));
        Assert.That(() => Converted<int>(_ml.Words("x"), DataKind.Int32), Throws.InvalidOperationException);

        T[] Converted<T>(IDataView words, DataKind kind) =>
            Conversion.ConvertType("Word", outputKind: kind).Fit(words).Transform(words).GetColumn<T>("Word").ToArray();
    }

    [Test]
    public void ConvertType_OfNumbers_WidensOrRounds()
    {
        var data = _ml.Numbers(3);
        Assert.That(Conversion.ConvertType("D", "Number", DataKind.Double).Fit(data).Transform(data).GetColumn<double>("D"),
            Is.EqualTo(new[] { 0.0, 1, 2 }));
        Assert.That(Conversion.ConvertType("L", "Number", DataKind.Int64).Fit(data).Transform(data).GetColumn<long>("L"),
            Is.EqualTo(new[] { 0L, 1, 2 }));
        Assert.That(Conversion.ConvertType("T", "Number", DataKind.String).Fit(data).Transform(data).GetColumn<string>("T"),
            Is.EqualTo(new[] { "0", "1", "2" }));
    }

    [Test]
    public void ConvertType_OfVectors_KeepsSizeAndSlotNames()
    {
        var data = _ml.Vectors([1, 2]);
        var named = _ml.Transforms.Concatenate("F", "Value", "Value2").Fit(Two()).Transform(Two());
        Assert.That(Conversion.ConvertType("Features", outputKind: DataKind.Double).Fit(data).Transform(data).Schema["Features"].Type,
            Is.EqualTo(new VectorDataViewType(NumberDataViewType.Double, 2)));
        var converted = Conversion.ConvertType("F", outputKind: DataKind.Double).Fit(named).Transform(named);
        Assert.That(converted.Schema["F"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "Value", "Value2" }));

        IDataView Two() => _ml.Transforms.CopyColumns("Value2", "Value").Fit(_ml.Floats(1)).Transform(_ml.Floats(1));
    }

    [Test]
    public void ConvertType_FromFractionToInteger_IsRefused() =>
        Assert.That(() => Conversion.ConvertType("Value", outputKind: DataKind.Int32).Fit(_ml.Floats(1)),
            Throws.Exception.With.Message.Contains("Value"));

    [Test]
    public void MapValue_OfScalars_GivesTheDefaultWhereTheTableHasNone()
    {
        var table = new Dictionary<string, float> { ["a"] = 1, ["b"] = 2 };
        var output = Conversion.MapValue("Value", table, "Word").Fit(_ml.Words("b")).Transform(_ml.Words("b", "c", "a"));
        Assert.That(output.GetColumn<float>("Value"), Is.EqualTo(new[] { 2f, 0, 1 }));
        var texts = Conversion.MapValue("Value", new Dictionary<string, string> { ["a"] = "x" }, "Word").Fit(_ml.Words("b"))
            .Transform(_ml.Words("a", "c"));
        Assert.That(texts.GetColumn<string>("Value"), Is.EqualTo(new[] { "x", "" }));
        var numbers = Conversion.MapValue("Value", new Dictionary<int, long> { [1] = 10 }, "Number").Fit(_ml.Numbers(2))
            .Transform(_ml.Numbers(2));
        Assert.That(numbers.GetColumn<long>("Value"), Is.EqualTo(new[] { 0L, 10 }));
    }

    [Test]
    public void MapValue_OfVectors_GivesAnEmptyOneWhereTheTableHasNone()
    {
        var table = new Dictionary<string, float[]> { ["a"] = [1, 2, 3], ["b"] = [4] };
        var output = Conversion.MapValue("Value", table, "Word").Fit(_ml.Words("b")).Transform(_ml.Words("b", "c", "a"));
        Assert.That(output.GetColumn<float[]>("Value"), Is.EqualTo(new[] { new[] { 4f }, [], [1, 2, 3] }));
    }

    [Test]
    public void MapValue_OverAVector_MapsEachSlot()
    {
        var table = new Dictionary<float, int> { [1] = 10, [2] = 20 };
        var output = Conversion.MapValue("Features", table).Fit(_ml.Vectors([1, 2])).Transform(_ml.Vectors([2, 1]));
        Assert.That(output.GetColumn<int[]>("Features").Single(), Is.EqualTo(new[] { 20, 10 }));
    }

    [Test]
    public void MapValue_AsKeys_NumbersTheValues()
    {
        var table = new Dictionary<string, string> { ["a"] = "x", ["b"] = "y", ["c"] = "x" };
        var output = Conversion.MapValue("Key", table, "Word", treatValuesAsKeyType: true).Fit(_ml.Words("a"))
            .Transform(_ml.Words("a", "b", "c", "d"));
        Assert.That(output.GetColumn<uint>("Key"), Is.EqualTo(new uint[] { 1, 2, 1, 0 }));
        Assert.That(output.Schema["Key"].TextAnnotationOf("KeyValues"), Is.EqualTo(new[] { "x", "y" }));
    }

    [Test]
    public void MapValue_WithDuplicateKeys_Throws() =>
        Assert.That(
            () => Conversion.MapValue("V", new[] { KeyValuePair.Create("a", 1), KeyValuePair.Create("a", 2) }, "Word").Fit(_ml.Words("a")),
            Throws.Exception);

    [Test]
    public void MapValue_FromAView_LooksUpItsColumns()
    {
        var table = _ml.Numbers(3, groups: 3);
        var output = Conversion.MapValue("Number", table, table.Schema["Group"], table.Schema["Number"], "Word")
            .Fit(_ml.Words("g2")).Transform(_ml.Words("g2", "g0"));
        Assert.That(output.NumbersOf(), Is.EqualTo(new[] { 2, 0 }));
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class ColumnTransformTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void CopyColumns_OfAKeyColumn_CopiesTypeAndAnnotations()
    {
        var data = _ml.Words("a", "b");
        var output = _ml.Transforms.Conversion.MapValueToKey("Key", "Word").Append(_ml.Transforms.CopyColumns("Copy", "Key")).Fit(data)
            .Transform(data);
        Assert.That(output.Schema["Copy"].Type, Is.EqualTo(output.Schema["Key"].Type));
        Assert.That(output.Schema["Copy"].TextAnnotationOf("KeyValues"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(output.GetColumn<uint>("Copy"), Is.EqualTo(new uint[] { 1, 2 }));
    }

    [Test]
    public void CopyColumns_OverAnExistingName_HidesTheOld()
    {
        var data = _ml.Numbers(2);
        var output = _ml.Transforms.CopyColumns("Group", "Number").Fit(data).Transform(data);
        Assert.That(output.Schema["Group"].Type, Is.EqualTo(NumberDataViewType.Int32));
        Assert.That(output.Schema.Count(column => column.Name == "Group"), Is.EqualTo(2));
        Assert.That(output.GetColumn<int>("Group"), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void SelectColumns_InAnyOrder_KeepsThatOrder()
    {
        var data = _ml.Transforms.CopyColumns("Copy", "Number").Fit(_ml.Numbers(2)).Transform(_ml.Numbers(2));
        var output = _ml.Transforms.SelectColumns("Copy", "Group").Fit(data).Transform(data);
        Assert.That(output.Schema.Select(column => column.Name), Is.EqualTo(new[] { "Copy", "Group" }));
        Assert.That(output.GetColumn<int>("Copy"), Is.EqualTo(new[] { 0, 1 }));
    }

    [Test]
    public void DropColumns_ByName_KeepsTheRest()
    {
        var data = _ml.Numbers(2);
        var output = _ml.Transforms.DropColumns("Group").Fit(data).Transform(data);
        Assert.That(output.Schema.Select(column => column.Name), Is.EqualTo(new[] { "Number" }));
        Assert.That(() => _ml.Transforms.DropColumns("Nothing").Fit(data), Throws.Exception.With.Message.Contains("Nothing"));
        Assert.That(() => _ml.Transforms.SelectColumns("Nothing").Fit(data), Throws.Exception.With.Message.Contains("Nothing"));
    }

    [Test]
    public void Concatenate_OfScalarsAndVectors_JoinsValuesAndNames()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new MixedRow { A = 1, V = [2, 3], B = 4 } });
        var inner = _ml.Transforms.Concatenate("Inner", "A", "B").Append(_ml.Transforms.Concatenate("Outer", "Inner", "V", "B")).Fit(data)
            .Transform(data);
        Assert.That(inner.GetColumn<float[]>("Outer").Single(), Is.EqualTo(new[] { 1f, 4, 2, 3, 4 }));
        Assert.That(inner.Schema["Outer"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 5)));
        Assert.That(inner.Schema["Outer"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "Inner.A", "Inner.B", "", "", "B" }));
        Assert.That(inner.Schema["Outer"].IsNormalized(), Is.False);
    }

    [Test]
    public void Concatenate_OfSparseVectors_GivesTheSameValues()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new SparseRow { S = new(4, 1, [5], [2]), A = 1 } });
        var output = _ml.Transforms.Concatenate("All", "A", "S", "A").Fit(data).Transform(data);
        Assert.That(output.GetColumn<float[]>("All").Single(), Is.EqualTo(new[] { 1f, 0, 0, 5, 0, 1 }));
    }

    [Test]
    public void Concatenate_OfVariableVector_GivesAVariableOne()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new VariableRow { V = [1, 2, 3], A = 4 }, new VariableRow { V = [], A = 5 } });
        var output = _ml.Transforms.Concatenate("All", "V", "A").Fit(data).Transform(data);
        Assert.That(((VectorDataViewType)output.Schema["All"].Type).IsKnownSize, Is.False);
        Assert.That(output.GetColumn<float[]>("All"), Is.EqualTo(new[] { new[] { 1f, 2, 3, 4 }, [5] }));
    }

    [Test]
    public void Concatenate_OfDifferentTypes_NamesTheColumnWhenUsed()
    {
        var concatenate = _ml.Transforms.Concatenate("All", "Number", "Group");
        var transformer = concatenate.Fit(_ml.Numbers(1));    // looks at nothing
        Assert.That(() => transformer.Transform(_ml.Numbers(1)),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("'Group': expected Int32, got String"));
        Assert.That(() => transformer.GetOutputSchema(_ml.Numbers(1).Schema), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => concatenate.Append(_ml.Transforms.CopyColumns("Copy", "All")).Fit(_ml.Numbers(1)),
            Throws.InvalidOperationException.With.Message.Contains("'Group' has type of String, but expected column type is Int32"));
    }

    [Test]
    public void NormalizeMinMax_FixingZero_ScalesByTheLargest()
    {
        var output = Normalized(_ml.Transforms.NormalizeMinMax("Value"), -4, 0, 2);
        Assert.That(output, Is.EqualTo(new[] { -1f, 0, 0.5f }).Within(1e-6));
        Assert.That(Normalized(_ml.Transforms.NormalizeMinMax("Value", fixZero: false), 2, 4, 6),
            Is.EqualTo(new[] { 0f, 0.5f, 1 }).Within(1e-6));
        Assert.That(Normalized(_ml.Transforms.NormalizeMinMax("Value"), 3, 3), Is.EqualTo(new[] { 0f, 0 }));
    }

    [Test]
    public void NormalizeMeanVariance_WithAndWithoutZero_HasUnitScale()
    {
        var centred = Normalized(_ml.Transforms.NormalizeMeanVariance("Value", fixZero: false), 1, 3);
        Assert.That(centred, Is.EqualTo(new[] { -1f, 1 }).Within(1e-6));
        var scaled = Normalized(_ml.Transforms.NormalizeMeanVariance("Value"), 1, 7);
        Assert.That(scaled, Is.EqualTo(new[] { 0.2f, 1.4f }).Within(1e-6));
    }

    [Test]
    public void Normalize_OfVectors_WorksSlotBySlotAndSaysSo()
    {
        var data = _ml.Vectors([1, 10], [3, float.NaN], [5, 30]);
        var output = _ml.Transforms.NormalizeMinMax("Features", fixZero: false).Fit(data).Transform(data);
        Assert.That(output.GetColumn<float[]>("Features"), Is.EqualTo(new[] { new[] { 0f, 0 }, [0.5f, float.NaN], [1, 1] }));
        Assert.That(output.Schema["Features"].IsNormalized(), Is.True);
    }

    [Test]
    public void Normalize_OfText_IsRefused()
    {
        var normalize = _ml.Transforms.NormalizeMinMax("Word");
        Assert.That(() => normalize.Fit(_ml.Words("a")),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Vector of Double. Got: String."));
        Assert.That(() => normalize.Append(_ml.Transforms.CopyColumns("Copy", "Word")).Fit(_ml.Words("a")),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("input column 'Word'"));
    }

    private float[] Normalized(IEstimator<ITransformer> estimator, params float[] values)
    {
        var data = _ml.Floats(values);
        return estimator.Fit(data).Transform(data).GetColumn<float>("Value").ToArray();
    }

    private sealed class MixedRow
    {
        public float A { get; set; }

        [VectorType(2)]
        public float[] V { get; set; } = [];

        public float B { get; set; }
    }

    private sealed class SparseRow
    {
        [VectorType(4)]
        public VBuffer<float> S { get; set; }

        public float A { get; set; }
    }

    private sealed class VariableRow
    {
        public float[] V { get; set; } = [];

        public float A { get; set; }
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class SchemaTests
{
    [Test]
    public void Columns_OfTheSameName_LastOneWins()
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("A", NumberDataViewType.Single);
        builder.AddColumn("A", TextDataViewType.Instance);
        var schema = builder.ToSchema();
        Assert.That(schema["A"].Index, Is.EqualTo(1));
        Assert.That(schema[0].IsHidden, Is.True);
        Assert.That(schema[1].IsHidden, Is.False);
        Assert.That(schema, Has.Count.EqualTo(2));
    }

    [Test]
    public void Indexer_WithUnknownName_NamesTheColumn()
    {
        var schema = new DataViewSchema.Builder().ToSchema();
        Assert.That(() => schema["Missing"], Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Missing"));
        Assert.That(schema.GetColumnOrNull("Missing"), Is.Null);
        Assert.That(() => schema.GetColumnOrNull(""), Throws.ArgumentNullException);
    }

    [Test]
    public void Annotations_OfEachKind_AreReadBack()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("IsNormalized", BooleanDataViewType.Instance, true);
        ValueGetter<VBuffer<ReadOnlyMemory<char>>> names = (ref VBuffer<ReadOnlyMemory<char>> value) =>
            value = new(2, ["x".AsMemory(), "y".AsMemory()]);
        builder.Add("SlotNames", new VectorDataViewType(TextDataViewType.Instance, 2), names);
        var schema = new DataViewSchema.Builder();
        schema.AddColumn("Features", new VectorDataViewType(NumberDataViewType.Single, 2), builder.ToAnnotations());
        var column = schema.ToSchema()["Features"];

        Assert.That(column.IsNormalized(), Is.True);
        Assert.That(column.HasSlotNames(), Is.True);
        Assert.That(column.TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "x", "y" }));
        Assert.That(column.ToString(), Is.EqualTo("Features: Vector<Single, 2> {IsNormalized, SlotNames}"));
    }

    [Test]
    public void Annotations_AskedForTheWrongTypeOrKind_Throw()
    {
        var builder = new DataViewSchema.Annotations.Builder();
        builder.AddPrimitiveValue("Answer", NumberDataViewType.Int32, 42);
        var annotations = builder.ToAnnotations();
        var text = "";
        var number = 0;
        Assert.That(() => annotations.GetValue("Answer", ref text), Throws.InvalidOperationException);
        Assert.That(() => annotations.GetValue("Question", ref number), Throws.InvalidOperationException);
        annotations.GetValue("Answer", ref number);
        Assert.That(number, Is.EqualTo(42));
    }

    [Test]
    public void AnnotationBuilder_TakingOver_KeepsWhatIsSelected()
    {
        var first = new DataViewSchema.Annotations.Builder();
        first.AddPrimitiveValue("A", NumberDataViewType.Int32, 1);
        first.AddPrimitiveValue("B", NumberDataViewType.Int32, 2);
        var second = new DataViewSchema.Annotations.Builder();
        second.Add(first.ToAnnotations(), name => name == "B");
        Assert.That(second.ToAnnotations().Schema.Select(column => column.Name), Is.EqualTo(new[] { "B" }));
        Assert.That(() => second.Add("C", TextDataViewType.Instance, (ValueGetter<int>)((ref int value) => value = 1)), Throws.Exception);
    }

    [Test]
    public void HasKeyValues_WithoutType_MeansText()
    {
        var ml = new MLContext(1);
        var numbers = ml.Transforms.Conversion.MapValueToKey("Number").Fit(ml.Numbers(3)).GetOutputSchema(ml.Numbers(3).Schema)["Number"];
        Assert.That(numbers.HasKeyValues(), Is.False);
        Assert.That(numbers.HasKeyValues(NumberDataViewType.Int32), Is.True);
    }
}

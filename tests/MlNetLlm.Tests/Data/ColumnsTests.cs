using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;

namespace MlNetLlm.Tests.Data;

public sealed class ColumnsTests
{
    private static readonly DataViewSchema _schema = Schema(
        ("Body", TextDataViewType.Instance), ("Label", NumberDataViewType.Single), ("Tags", new VectorDataViewType(
            TextDataViewType.Instance)));

    [Test]
    public void Text_OfATextColumn_FindsIt()
    {
        Assert.That(Columns.Text(_schema, "Body", "TextColumn").Index, Is.EqualTo(0));
        Assert.That(Columns.Text(SchemaShapes.Of(_schema), "Body", "TextColumn").Name, Is.EqualTo("Body"));
    }

    [Test]
    public void Text_OfAMissingColumn_NamesWhatTheDataHasAndTheOption()
    {
        const string message = "Column 'Text' is missing; the data has 'Body', 'Label', 'Tags'. Set `TextColumn`.";

        Assert.That(() => Columns.Text(_schema, "Text", "TextColumn"), Throws.ArgumentException.With.Message.EqualTo(message));
        Assert.That(() => Columns.Text(SchemaShapes.Of(_schema), "Text", "TextColumn"),
            Throws.ArgumentException.With.Message.EqualTo(message));
    }

    [Test]
    public void Text_OfAMistypedName_SuggestsTheNearest()
        => Assert.That(() => Columns.Text(_schema, "Bdoy", "TextColumn"), Throws.ArgumentException.With.Message.EqualTo(
            "Column 'Bdoy' is missing; the data has 'Body', 'Label', 'Tags'. Set `TextColumn`, perhaps to 'Body'."));

    [Test]
    public void Text_OfANumberColumn_SaysWhichWouldDo()
    {
        const string message = "Column 'Label' is Single; expected text. 'Body' would do. Set `TextColumn`.";

        Assert.That(() => Columns.Text(_schema, "Label", "TextColumn"), Throws.ArgumentException.With.Message.EqualTo(message));
        Assert.That(() => Columns.Text(SchemaShapes.Of(_schema), "Label", "TextColumn"),
            Throws.ArgumentException.With.Message.EqualTo(message));
    }

    [Test]
    public void Text_OfAVectorOfTexts_IsRefused()
        => Assert.That(() => Columns.Text(_schema, "Tags", "TextColumn"),
            Throws.ArgumentException.With.Message.Contains("expected text. 'Body' would do."));

    [Test]
    public void Add_OfAColumnThatIsThere_HidesTheOlder()
    {
        var schema = Columns.Add(_schema, new DataViewSchema.DetachedColumn("Body", NumberDataViewType.Double));

        Assert.That(schema, Has.Count.EqualTo(4));
        Assert.That(schema["Body"].Type, Is.EqualTo(NumberDataViewType.Double));
        Assert.That(schema[0].IsHidden);
    }

    [Test]
    public void Of_ASchemaWithAnnotations_CarriesThemThrough()
    {
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue("Note", TextDataViewType.Instance, "a".AsMemory());
        var builder = new DataViewSchema.Builder();
        builder.AddColumn("Score", new VectorDataViewType(NumberDataViewType.Single, 3), annotations.ToAnnotations());
        builder.AddColumn("Key", new KeyDataViewType(typeof(uint), 5));

        var shape = SchemaShapes.Of(builder.ToSchema());

        Assert.That(shape.Select(column => (column.Name, column.Kind, column.IsKey)), Is.EqualTo(new[]
        {
            ("Score", SchemaShape.Column.VectorKind.Vector, false), ("Key", SchemaShape.Column.VectorKind.Scalar, true),
        }));
        Assert.That(shape[0].ItemType, Is.EqualTo(NumberDataViewType.Single));
        Assert.That(shape[0].Annotations.Select(column => column.Name), Has.Member("Note"));
    }

    [Test]
    public void Add_ToAShape_ReplacesTheColumnOfThatName()
    {
        var shape = SchemaShapes.Add(SchemaShapes.Of(_schema), Schema(("Label", TextDataViewType.Instance), (
            "New", BooleanDataViewType.Instance)));

        Assert.That(shape.Select(column => column.Name), Is.EqualTo(new[] { "Body", "Tags", "Label", "New" }));
        Assert.That(shape.Single(column => column.Name == "Label").ItemType, Is.EqualTo(TextDataViewType.Instance));
    }

    private static DataViewSchema Schema(params (string Name, DataViewType Type)[] columns)
    {
        var builder = new DataViewSchema.Builder();
        foreach (var (name, type) in columns)
            builder.AddColumn(name, type);
        return builder.ToSchema();
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class PredictionEngineTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void Predict_OneByOne_GivesWhatTransformGives()
    {
        var data = _ml.Words("a", "bcd");
        var model = new ShoutEstimator().Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Word")).Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<ToyData.WordRow, Prediction>(model);
        var first = engine.Predict(new() { Word = "a" });
        var second = engine.Predict(new() { Word = "zz" });
        Assert.That((first.Shout, first.Key), Is.EqualTo(("A BCD", 1u)));
        Assert.That((second.Shout, second.Key), Is.EqualTo(("ZZ BCD", 0u)));
        Assert.That(engine.OutputSchema.GetColumnOrNull("Shout"), Is.Not.Null);
    }

    [Test]
    public void Predict_IntoAnObject_ReusesIt()
    {
        using var engine = _ml.Model.CreatePredictionEngine<ToyData.WordRow, Prediction>(new ShoutTransformer("x"));
        var prediction = new Prediction();
        var same = prediction;
        engine.Predict(new() { Word = "a" }, ref prediction);
        Assert.That(prediction, Is.SameAs(same));
        Assert.That(prediction.Shout, Is.EqualTo("A X"));
    }

    [Test]
    public void CreatePredictionEngine_WithMissingOutput_ThrowsOnlyWhenAsked()
    {
        var model = new ShoutTransformer("x");
        using var engine = _ml.Model.CreatePredictionEngine<ToyData.WordRow, Prediction>(model);
        Assert.That(engine.Predict(new()).Key, Is.Zero);
        Assert.That(() => _ml.Model.CreatePredictionEngine<ToyData.WordRow, Prediction>(model, ignoreMissingColumns: false),
            Throws.Exception.With.Message.Contains("Key"));
    }

    [Test]
    public void CreatePredictionEngine_WithMissingInput_NamesTheColumn()
    {
        var model = _ml.Transforms.CopyColumns("Copy", "Number").Fit(_ml.Numbers(1));
        Assert.That(() => _ml.Model.CreatePredictionEngine<ToyData.WordRow, Prediction>(model),
            Throws.Exception.With.Message.Contains("Number"));
    }

    [Test]
    public void CreatePredictionEngine_WithSchema_TakesItsAnnotations()
    {
        var data = _ml.Vectors([1, 2]);
        var definition = SchemaDefinition.Create(typeof(ToyData.VectorRow));
        definition["Features"].AddAnnotation("SlotNames", new[] { "a", "b" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        var named = _ml.Data.LoadFromEnumerable(new[] { new ToyData.VectorRow { Features = [1, 2] } }, definition);
        var model = _ml.Transforms.CopyColumns("Copy", "Features").Fit(data);
        using var engine = _ml.Model.CreatePredictionEngine<ToyData.VectorRow, CopyRow>(model, named.Schema);
        Assert.That(engine.OutputSchema["Copy"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(engine.Predict(new() { Features = [3, 4] }).Copy, Is.EqualTo(new[] { 3f, 4 }));
    }

    [Test]
    public void CreatePredictionEngine_WithDefinitions_RenamesColumns()
    {
        var input = SchemaDefinition.Create(typeof(ToyData.NumberRow));
        input["Number"].ColumnName = "N";
        var options = new PredictionEngineOptions { InputSchemaDefinition = input, OwnsTransformer = false };
        var model = _ml.Transforms.CopyColumns("Copied", "N").Fit(_ml.Data.LoadFromEnumerable(new[] { new ToyData.NumberRow() }, input));
        using var engine = _ml.Model.CreatePredictionEngine<ToyData.NumberRow, CopiedRow>(model, options);
        Assert.That(engine.Predict(new() { Number = 5 }).Copied, Is.EqualTo(5));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Dispose_OfTheEngine_DisposesTheModelItOwns(bool owns)
    {
        var model = new DisposableCopy(_ml.Transforms.CopyColumns("Copied", "Number").Fit(_ml.Numbers(1)));
        _ml.Model.CreatePredictionEngine<ToyData.NumberRow, CopiedRow>(model, new PredictionEngineOptions { OwnsTransformer = owns })
            .Dispose();
        Assert.That(model.Disposed, Is.EqualTo(owns));
    }

    private sealed class Prediction
    {
        public string Shout { get; set; } = "";

        public uint Key { get; set; }
    }

    private sealed class CopyRow
    {
        public float[] Copy { get; set; } = [];
    }

    private sealed class CopiedRow
    {
        public int Copied { get; set; }
    }

    private sealed class DisposableCopy(ITransformer inner) : ITransformer, IDisposable
    {
        public bool Disposed { get; private set; }

        public bool IsRowToRowMapper => true;

        public void Dispose() => Disposed = true;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inner.GetOutputSchema(inputSchema);

        public IDataView Transform(IDataView input) => inner.Transform(input);

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner.GetRowToRowMapper(inputSchema);

        public void Save(ModelSaveContext ctx) => inner.Save(ctx);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class ChainTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void OwnEstimator_InAChain_FeedsTheNext()
    {
        var data = _ml.Words("a", "bcd", "e");
        var model = new ShoutEstimator()
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Shout"))
            .Append(_ml.Transforms.Conversion.MapKeyToValue("Back", "Key"))
            .Fit(data);
        var output = model.Transform(data);
        Assert.That(output.GetColumn<string>("Back"), Is.EqualTo(new[] { "A BCD", "BCD BCD", "E BCD" }));
        Assert.That(output.GetColumn<uint>("Key"), Is.EqualTo(new uint[] { 1, 2, 3 }));
        Assert.That(output.Schema["Key"].TextAnnotationOf("KeyValues"), Is.EqualTo(new[] { "A BCD", "BCD BCD", "E BCD" }));
        Assert.That(model.GetOutputSchema(data.Schema)["Back"].Type, Is.EqualTo(TextDataViewType.Instance));
    }

    [Test]
    public void OwnView_ThroughAChain_IsReadAsAnyOther()
    {
        var data = new CountingView(4);
        var output = _ml.Transforms.Conversion.ConvertType("Square", outputKind: DataKind.Single).Fit(data).Transform(data);
        Assert.That(output.GetColumn<float>("Square"), Is.EqualTo(new[] { 0f, 1, 4, 9 }));
        Assert.That(data.OpenCursors, Is.Zero);
    }

    [Test]
    public void Chain_Fitted_ListsItsTransformersAndTheLast()
    {
        var data = _ml.Words("a");
        var model = new ShoutEstimator().Append(_ml.Transforms.CopyColumns("Copy", "Shout")).Fit(data);
        Assert.That(model.Count(), Is.EqualTo(2));
        Assert.That(model.First(), Is.InstanceOf<ShoutTransformer>());
        Assert.That(model.LastTransformer, Is.SameAs(model.Last()));
        Assert.That(((ITransformer)model).IsRowToRowMapper, Is.True);
    }

    [Test]
    public void Fit_WithSchemaThatDoesNotFit_ThrowsBeforeAnyFit()
    {
        var first = new ShoutEstimator();
        var chain = first.Append(_ml.Transforms.CopyColumns("Copy", "Nothing"));
        Assert.That(() => chain.Fit(_ml.Words("a")), Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Nothing"));
        Assert.That(first.Fits, Is.Zero);
    }

    [Test]
    public void WithOnFitDelegate_WhenFitted_HandsOutTheTransformer()
    {
        ShoutTransformer? seen = null;
        IEstimator<ShoutTransformer> estimator = new ShoutEstimator();
        estimator.WithOnFitDelegate(transformer => seen = transformer).Append(_ml.Transforms.CopyColumns("Copy", "Shout"))
            .Fit(_ml.Words("a", "bc"));
        Assert.That(seen?.Longest, Is.EqualTo("bc"));
    }

    [Test]
    public void Scopes_OfTransformers_ChooseAModel()
    {
        var data = _ml.Words("a");
        var model = new EstimatorChain<ITransformer>()
            .Append(_ml.Transforms.CopyColumns("Train", "Word"), TransformerScope.TrainTest)
            .Append(_ml.Transforms.CopyColumns("Always", "Word"))
            .Fit(data);
        var scoring = model.GetModelFor(TransformerScope.Scoring);
        Assert.That(scoring.Transform(data).Schema.Select(column => column.Name), Is.EqualTo(new[] { "Word", "Always" }));
        Assert.That(model.Transform(data).Schema.Select(column => column.Name), Is.EqualTo(new[] { "Word", "Always" }));
        Assert.That(model.GetOutputSchema(data.Schema).Select(column => column.Name), Is.EqualTo(new[] { "Word", "Always" }));
        Assert.That(model.Transform(data, TransformerScope.Training).Schema.Select(column => column.Name),
            Is.EqualTo(new[] { "Word", "Train", "Always" }));
    }

    [Test]
    public void AppendCacheCheckpoint_BeforeALearner_ReadsTheSourceOnce()
    {
        var readings = 0;
        var data = _ml.Data.LoadFromEnumerable(Rows());
        IEstimator<ITransformer> copy = _ml.Transforms.CopyColumns("Copy", "Word");
        copy.AppendCacheCheckpoint(_ml)
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key", "Copy"))
            .Append(_ml.Transforms.Conversion.MapValueToKey("Key2", "Copy"))
            .Fit(data);
        Assert.That(readings, Is.EqualTo(1));

        IEnumerable<ToyData.WordRow> Rows()
        {
            readings++;
            yield return new() { Word = "a" };
        }
    }

    [Test]
    public void TransformerChain_OfGivenTransformers_AppliesThemInTurn()
    {
        var chain = new TransformerChain<ITransformer>(new ShoutTransformer("x"), new ShoutTransformer("y"));
        var data = _ml.Words("a");
        Assert.That(chain.Transform(data).GetColumn<string>("Shout"), Is.EqualTo(new[] { "A Y" }));
        Assert.That(((ITransformer)new ShoutTransformer("x")).Append(new ShoutTransformer("z")).Count(), Is.EqualTo(2));
        Assert.That(new TransformerChain<ITransformer>().Transform(data).GetColumn<string>("Word"), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Dispose_OfAChain_DisposesWhatCanBe()
    {
        var first = new DisposableTransformer();
        new TransformerChain<ITransformer>(first, new ShoutTransformer("x")).Dispose();
        Assert.That(first.Disposed, Is.True);
    }

    [Test]
    public void SchemaShape_FromALoaderChain_CarriesKindsKeysAndAnnotations()
    {
        var data = _ml.Words("a", "b");
        var keys = _ml.Transforms.Conversion.MapValueToKey("Key", "Word").Fit(data).Transform(data);
        var shape = ShapeCapture.Of(keys.Schema);
        var key = shape.Single(column => column.Name == "Key");
        Assert.That((key.IsKey, key.ItemType, key.Kind),
            Is.EqualTo((true, NumberDataViewType.UInt32, SchemaShape.Column.VectorKind.Scalar)));
        Assert.That(key.Annotations.Select(column => column.Name), Does.Contain("KeyValues"));
        var vectors = ShapeCapture.Of(_ml.Vectors([1, 2]).Schema).Single();
        Assert.That((vectors.Kind, vectors.ItemType), Is.EqualTo((SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single)));
    }

    [Test]
    public void CompositeLoader_OfLoaderAndEstimators_LoadsAndTransforms()
    {
        var words = _ml.Words("a", "bb");
        var loader = new WordsLoader(words).Append(new ShoutEstimator()).Fit("anything");
        Assert.That(loader.Load("anything").GetColumn<string>("Shout"), Is.EqualTo(new[] { "A BB", "BB BB" }));
        Assert.That(loader.GetOutputSchema().GetColumnOrNull("Shout"), Is.Not.Null);
        Assert.That(loader.Transformer.LastTransformer.Longest, Is.EqualTo("bb"));
    }

    private sealed class WordsLoader(IDataView words) : IDataLoader<string>
    {
        public IDataView Load(string input) => words;

        public DataViewSchema GetOutputSchema() => words.Schema;

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }

    private sealed class DisposableTransformer : ITransformer, IDisposable
    {
        public bool Disposed { get; private set; }

        public bool IsRowToRowMapper => false;

        public void Dispose() => Disposed = true;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IDataView Transform(IDataView input) => input;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
    }
}

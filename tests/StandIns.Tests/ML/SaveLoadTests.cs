using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class SaveLoadTests
{
    private readonly MLContext _ml = new(1);
    private string _path = "";

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.zip");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public void Load_OfEverySavedTransformer_GivesTheSameOutput()
    {
        var data = Mixed();
        var conversion = _ml.Transforms.Conversion;
        var model = _ml.Transforms.CopyColumns("Copy", "Word")
            .Append(conversion.MapValueToKey("Key", "Word"))
            .Append(conversion.MapKeyToVector("OneHot", "Key"))
            .Append(conversion.MapKeyToValue("Back", "Key"))
            .Append(conversion.ConvertType("Single", "Number"))
            .Append(_ml.Transforms.Concatenate("Features", "Single", "Value"))
            .Append(_ml.Transforms.NormalizeMinMax("Scaled", "Features"))
            .Append(_ml.Transforms.NormalizeMeanVariance("Centred", "Value", fixZero: false))
            .Append(conversion.MapValue("Table", new Dictionary<string, float[]> { ["a"] = [1, 2], ["b"] = [3] }, "Word"))
            .Append(conversion.MapValue("Named", new Dictionary<string, string> { ["a"] = "x", ["b"] = "y" }, "Word", true))
            .Append(_ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, TripleMapping.Contract))
            .Append(_ml.Transforms.DropColumns("Number"))
            .Append(_ml.Transforms.SelectColumns("Copy", "Key", "OneHot", "Back", "Scaled", "Centred", "Table", "Named", "Tripled", "Pair"))
            .Fit(data);

        _ml.Model.Save(model, data.Schema, _path);
        var loaded = new MLContext(2).Model.Load(_path, out var schema);

        Assert.That(schema.Select(column => column.ToString()), Is.EqualTo(data.Schema.Select(column => column.ToString())));
        Assert.That(Show(loaded.Transform(data)), Is.EqualTo(Show(model.Transform(data))));
        Assert.That(Columns(loaded.GetOutputSchema(schema)), Is.EqualTo(Columns(model.GetOutputSchema(data.Schema))));
    }

    [Test]
    public void Load_OfASchemaWithAnnotations_RestoresThem()
    {
        var definition = SchemaDefinition.Create(typeof(ToyData.VectorRow));
        definition["Features"].AddAnnotation("SlotNames", new[] { "left", "right" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        definition["Features"].AddAnnotation("IsNormalized", true, BooleanDataViewType.Instance);
        var data = _ml.Data.LoadFromEnumerable(new[] { new ToyData.VectorRow { Features = [1, 2] } }, definition);
        _ml.Model.Save(_ml.Transforms.CopyColumns("C", "Features").Fit(data), data.Schema, _path);
        _ml.Model.Load(_path, out var schema);
        Assert.That(schema["Features"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 2)));
        Assert.That(schema["Features"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "left", "right" }));
        Assert.That(schema["Features"].IsNormalized(), Is.True);
    }

    [Test]
    public void Save_ToAStream_LeavesItOpen()
    {
        using var stream = new MemoryStream();
        var data = _ml.Words("a");
        _ml.Model.Save(_ml.Transforms.CopyColumns("C", "Word").Fit(data), data.Schema, stream);
        stream.Position = 0;
        var loaded = _ml.Model.Load(stream, out _);
        Assert.That(loaded.Transform(data).GetColumn<string>("C"), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void Save_OfOwnTransformerThatDelegates_LoadsWhatItDelegatedTo()
    {
        var data = _ml.Numbers(3);
        var inner = _ml.Transforms.CopyColumns("Copy", "Number").Append(_ml.Transforms.Conversion.ConvertType("Copy")).Fit(data);
        _ml.Model.Save(new TransformerChain<ITransformer>(new Delegating(inner), new Delegating(inner)), data.Schema, _path);
        var loaded = _ml.Model.Load(_path, out _);
        Assert.That(loaded.Transform(data).GetColumn<float>("Copy"), Is.EqualTo(new[] { 0f, 1, 2 }));
        Assert.That(((IEnumerable<ITransformer>)loaded).First(), Is.InstanceOf<TransformerChain<ITransformer>>());
    }

    [Test]
    public void Save_OfOwnTransformerThatSavesNothing_Throws()
    {
        var data = _ml.Numbers(3);
        var chain = new TransformerChain<ITransformer>(new Delegating(null));
        Assert.That(() => _ml.Model.Save(chain, data.Schema, _path),
            Throws.InvalidOperationException.With.Message.Contains("ModelSignature"));
    }

    [Test]
    public void Save_OfOwnTransformerThatThrows_PassesItsErrorOn()
    {
        var data = _ml.Words("a");
        var chain = new TransformerChain<ITransformer>(new ShoutTransformer("x"));
        Assert.That(() => _ml.Model.Save(chain, data.Schema, _path),
            Throws.TypeOf<NotSupportedException>().With.Message.EqualTo("Shouts are not saved."));
    }

    [Test]
    public void Save_OfCustomMappingWithoutContract_Throws()
    {
        var data = _ml.Numbers(1);
        var model = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, null).Fit(data);
        Assert.That(() => _ml.Model.Save(model, data.Schema, _path), Throws.InvalidOperationException);
    }

    [Test]
    public void Load_InAnotherLoadContext_FindsTheCustomMappingByItself()
    {
        var data = _ml.Numbers(5);
        var model = _ml.Transforms.CustomMapping<TripleMapping.Source, TripleMapping.Result>(TripleMapping.Map, TripleMapping.Contract)
            .Fit(data);
        _ml.Model.Save(model, data.Schema, _path);
        Assert.That(FreshContext.LoadAndTriple(_path, 14), Is.EqualTo(42));
    }

    [Test]
    public void Load_OfPayloadInsideTheModel_GivesIdenticalOutput()
    {
        var weights = new Random(1).GetItems(new[] { 0.5f, -1.25f, 3 }, 1000);
        var data = _ml.Floats(2, 3);
        var model = _ml.Transforms.CustomMapping<ToyData.FloatRow, NameRow>((_, name) => name.Name = "weights", NameMapping.Contract)
            .Append(_ml.Transforms.Conversion.MapValue("Weights", new Dictionary<string, float[]> { ["weights"] = weights }, "Name"))
            .Append(_ml.Transforms.CustomMapping<WeighMapping.Source, WeighMapping.Result>(WeighMapping.Map, WeighMapping.Contract))
            .Fit(data);
        _ml.Model.Save(model, data.Schema, _path);
        var loaded = new MLContext().Model.Load(_path, out _);
        Assert.That(loaded.Transform(data).GetColumn<float>("Weighed"), Is.EqualTo(model.Transform(data).GetColumn<float>("Weighed")));
    }

    [Test]
    public void Load_OfWhatIsNoModel_Throws()
    {
        File.WriteAllText(_path, "this is no model");
        Assert.That(() => _ml.Model.Load(_path, out _), Throws.Exception);
        Assert.That(() => _ml.Model.Load(_path + ".nothing", out _), Throws.Exception);
    }

    private IDataView Mixed() => _ml.Data.LoadFromEnumerable(new[]
    {
        new MixedRow { Word = "a", Number = 1, Value = 2 }, new MixedRow { Word = "b", Number = -2, Value = float.NaN },
        new MixedRow { Word = "", Number = 4, Value = 1 },
    });

    private static string[] Columns(DataViewSchema schema) =>
        schema.Where(column => !column.IsHidden).Select(column => column.ToString()).ToArray();

    private static string[] Show(IDataView data) => data.Preview().RowView
        .Select(row => string.Join("; ", row.Values.Select(pair => $"{pair.Key}={Show(pair.Value)}"))).ToArray();

    private static string Show(object value) => value switch
    {
        VBuffer<float> floats => string.Join(",", floats.DenseValues()),
        _ => value.ToString()!,
    };

    private sealed class MixedRow
    {
        public string Word { get; set; } = "";

        public int Number { get; set; }

        public float Value { get; set; }
    }

    /// <summary>Saves as the transformer it wraps, if any.</summary>
    private sealed class Delegating(ITransformer? inner) : ITransformer
    {
        public bool IsRowToRowMapper => inner!.IsRowToRowMapper;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inner!.GetOutputSchema(inputSchema);

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => inner!.GetRowToRowMapper(inputSchema);

        public IDataView Transform(IDataView input) => inner!.Transform(input);

        public void Save(ModelSaveContext ctx) => inner?.Save(ctx);
    }
}

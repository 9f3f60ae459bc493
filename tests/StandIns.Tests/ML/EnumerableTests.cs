using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class EnumerableTests
{
    private readonly MLContext _ml = new(1);

    [Test]
    public void LoadFromEnumerable_WithEveryKindOfMember_MapsTypes()
    {
        var schema = _ml.Data.LoadFromEnumerable(new List<AllKinds>()).Schema;
        Assert.That(schema.Select(column => $"{column.Name}: {column.Type}"), Is.EquivalentTo(new[]
        {
            "Field: Single", "Text: String", "renamed: Int64", "Flag: Boolean", "Fixed: Vector<Single, 3>", "Any: Vector<Int32>",
            "Texts: Vector<String>", "Buffer: Vector<Double, 2>", "Key: Key<UInt32, 0-2>", "Memory: String", "When: DateTime",
        }));
    }

    [Test]
    public void CreateEnumerable_AfterLoad_GivesTheSameValues()
    {
        var rows = new[]
        {
            new AllKinds
            {
                Field = 1.5f, Text = "a", Long = -7, Flag = true, Fixed = [1, 2, 3], Any = [4], Texts = ["x", "y"],
                Buffer = new(2, [8.0, 9]), Memory = "mem".AsMemory(), When = new(2024, 1, 2),
            },
            new AllKinds { Field = 2.5f, Text = "b", Fixed = [4, 5, 6], Any = [], Texts = [], Buffer = new(2, [0.5, 1]) },
        };
        var read = _ml.Data.CreateEnumerable<AllKinds>(_ml.Data.LoadFromEnumerable(rows), reuseRowObject: false).ToList();
        Assert.That(read, Has.Count.EqualTo(2));
        Assert.That((read[0].Field, read[0].Text, read[0].Long, read[0].Flag), Is.EqualTo((1.5f, "a", -7L, true)));
        Assert.That(read[0].Fixed, Is.EqualTo(new[] { 1f, 2, 3 }));
        Assert.That(read[1].Fixed, Is.EqualTo(new[] { 4f, 5, 6 }));
        Assert.That(read[0].Any, Is.EqualTo(new[] { 4 }));
        Assert.That(read[0].Texts, Is.EqualTo(new[] { "x", "y" }));
        Assert.That(read[0].Buffer.DenseValues(), Is.EqualTo(new[] { 8.0, 9 }));
        Assert.That(read[0].Memory.ToString(), Is.EqualTo("mem"));
        Assert.That(read[0].When, Is.EqualTo(new DateTime(2024, 1, 2)));
    }

    [Test]
    public void KeyMember_Loaded_CountsFromZeroButIsReadFromOne()
    {
        var data = _ml.Data.LoadFromEnumerable(new uint[] { 0, 2, 3 }.Select(key => new KeyRow { Key = key }).ToList());
        Assert.That(data.GetColumn<uint>("Key"), Is.EqualTo(new uint[] { 1, 3, 0 }));
        Assert.That(_ml.Data.CreateEnumerable<KeyRow>(data, false).Select(row => row.Key), Is.EqualTo(new uint[] { 1, 3, 0 }));
    }

    [Test]
    public void CreateEnumerable_ReusingTheRow_GivesOneObject()
    {
        var rows = _ml.Data.CreateEnumerable<ToyData.NumberRow>(_ml.Numbers(3), reuseRowObject: true).ToList();
        Assert.That(rows.Distinct().Count(), Is.EqualTo(1));
        Assert.That(rows[0].Number, Is.EqualTo(2));
    }

    [Test]
    public void CreateEnumerable_WithMissingColumn_NamesItUnlessIgnored()
    {
        var data = _ml.Words("a");
        Assert.That(() => _ml.Data.CreateEnumerable<ToyData.NumberRow>(data, false).ToList(),
            Throws.InstanceOf<ArgumentOutOfRangeException>().With.Message.Contains("Number"));
        var read = _ml.Data.CreateEnumerable<ToyData.NumberRow>(data, false, ignoreMissingColumns: true).Single();
        Assert.That((read.Number, read.Group), Is.EqualTo((0, "")));
    }

    [Test]
    public void CreateEnumerable_WithWrongType_NamesColumnAndTypes() =>
        Assert.That(() => _ml.Data.CreateEnumerable<WrongType>(_ml.Numbers(1), false).ToList(),
            Throws.InvalidOperationException.With.Message.Contains("Number").And.Message.Contains("Int32"));

    [Test]
    public void LoadFromEnumerable_WithDefinition_TakesNamesTypesAndAnnotations()
    {
        var definition = SchemaDefinition.Create(typeof(ToyData.VectorRow));
        definition["Features"].ColumnType = new VectorDataViewType(NumberDataViewType.Single, 2);
        definition["Features"].AddAnnotation("SlotNames", new[] { "a", "b" }, new VectorDataViewType(TextDataViewType.Instance, 2));
        definition["Features"].ColumnName = "F";
        var data = _ml.Data.LoadFromEnumerable(new[] { new ToyData.VectorRow { Features = [1, 2] } }, definition);
        Assert.That(data.Schema["F"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(definition["Nothing"], Is.Null);
    }

    [Test]
    public void LoadFromEnumerable_OfCollection_KnowsItsCountAndOfIteratorNot()
    {
        Assert.That(_ml.Numbers(4).GetRowCount(), Is.EqualTo(4));
        Assert.That(_ml.Data.LoadFromEnumerable(Lazy()).GetRowCount(), Is.Null);
        Assert.That(_ml.Numbers(4).CanShuffle, Is.False);

        static IEnumerable<ToyData.WordRow> Lazy()
        {
            yield return new();
        }
    }

    [Test]
    public void LoadFromEnumerable_WithNullRow_ThrowsWhenItIsReached()
    {
        var data = _ml.Data.LoadFromEnumerable(new ToyData.WordRow[] { new(), null! });
        Assert.That(() => data.GetColumn<string>("Word").ToList(), Throws.InvalidOperationException);
    }

    [Test]
    public void LoadFromEnumerable_WithUnsupportedMember_NamesIt() =>
        Assert.That(() => _ml.Data.LoadFromEnumerable(new List<Unsupported>()),
            Throws.InstanceOf<ArgumentException>().With.Message.Contains("Weird"));

    [Test]
    public void LoadFromEnumerable_OfRecordWithInitProperties_WorksBothWays()
    {
        var data = _ml.Data.LoadFromEnumerable(new[] { new InitRow { Text = "a", Number = 2 } });
        Assert.That(data.Schema.Select(column => column.Name), Is.EqualTo(new[] { "Text", "Number" }));
        Assert.That(_ml.Data.CreateEnumerable<InitRow>(data, false).Single(), Is.EqualTo(new InitRow { Text = "a", Number = 2 }));
    }

    private sealed class AllKinds
    {
        public float Field;

        public string Text { get; set; } = "";

        [ColumnName("renamed")]
        public long Long { get; set; }

        public bool Flag { get; set; }

        [VectorType(3)]
        public float[] Fixed { get; set; } = [];

        public int[] Any { get; set; } = [];

        public string[] Texts { get; set; } = [];

        [VectorType(2)]
        public VBuffer<double> Buffer { get; set; }

        [KeyType(3)]
        public uint Key { get; set; }

        public ReadOnlyMemory<char> Memory { get; set; }

        public DateTime When { get; set; }

        [NoColumn]
        public object? Ignored { get; set; }
    }

    private sealed class KeyRow
    {
        [KeyType(3)]
        public uint Key { get; set; }
    }

    private sealed class WrongType
    {
        public float Number { get; set; }
    }

    private sealed class Unsupported
    {
        public Uri? Weird { get; set; }
    }

    private sealed record InitRow
    {
        public string Text { get; init; } = "";

        public int Number { get; init; }
    }
}

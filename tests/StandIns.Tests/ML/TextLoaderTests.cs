using Microsoft.ML;
using Microsoft.ML.Data;

namespace StandIns.Tests.ML;

internal sealed class TextLoaderTests
{
    private readonly MLContext _ml = new(1);
    private string _path = "";

    [SetUp]
    public void ChoosePath() => _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.txt");

    [TearDown]
    public void DeleteFile() => File.Delete(_path);

    [Test]
    public void LoadFromTextFile_OfAClass_ReadsItsColumns()
    {
        File.WriteAllText(_path, "label\tx\ty\ttext\n1\t0.5\t2\thello there\n0\t-1\t3.25\t\n");
        var data = _ml.Data.LoadFromTextFile<Row>(_path, hasHeader: true);
        var rows = _ml.Data.CreateEnumerable<Row>(data, false).ToList();
        Assert.That(rows.Select(row => row.Label), Is.EqualTo(new[] { true, false }));
        Assert.That(rows[1].Features, Is.EqualTo(new[] { -1f, 3.25f }));
        Assert.That(rows.Select(row => row.Text), Is.EqualTo(new[] { "hello there", "" }));
        Assert.That(data.GetRowCount(), Is.Null);
    }

    [Test]
    public void Header_OfASample_GivesSlotNames()
    {
        File.WriteAllText(_path, "label\tx\ty\ttext\n1\t0.5\t2\thello there\n");
        var sampled = _ml.Data.CreateTextLoader<Row>(hasHeader: true, dataSample: new MultiFileSource(_path)).Load(_path);
        Assert.That(sampled.Schema["Features"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "x", "y" }));
        TextLoader.Column[] columns = [new("Features", DataKind.Single, 1, 2)];
        var byOptions = _ml.Data.LoadFromTextFile(_path, new TextLoader.Options { HasHeader = true, Columns = columns });
        Assert.That(byOptions.Schema["Features"].TextAnnotationOf("SlotNames"), Is.EqualTo(new[] { "x", "y" }));

        // Loading straight from a file that has its columns named takes no sample.
        Assert.That(_ml.Data.LoadFromTextFile<Row>(_path, hasHeader: true).Schema["Features"].HasSlotNames(), Is.False);
        Assert.That(_ml.Data.LoadFromTextFile(_path, columns, hasHeader: true).Schema["Features"].HasSlotNames(), Is.False);
    }

    [Test]
    public void LoadFromTextFile_WithQuotes_KeepsSeparatorsInside()
    {
        File.WriteAllText(_path, "\"a,b\",1\n\"say \"\"hi\"\"\",2\nplain,3\n\"\",4\n");
        var data = Load(new() { Separators = [','], AllowQuoting = true });
        Assert.That(data.GetColumn<string>("Text"), Is.EqualTo(new[] { "a,b", "say \"hi\"", "plain", "" }));
        Assert.That(data.GetColumn<int>("Number"), Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void LoadFromTextFile_WithoutQuoting_TakesQuotesAsTheyAre()
    {
        File.WriteAllText(_path, "\"a\",1\n");
        Assert.That(Load(new() { Separators = [','] }).GetColumn<string>("Text"), Is.EqualTo(new[] { "\"a\"" }));
    }

    [Test]
    public void LoadFromTextFile_WithMultilines_JoinsQuotedLines()
    {
        File.WriteAllText(_path, "\"first\nsecond\",1\nx,2\n");
        var data = Load(new() { Separators = [','], AllowQuoting = true, ReadMultilines = true });
        Assert.That(data.GetColumn<string>("Text"), Is.EqualTo(new[] { "first\nsecond", "x" }));
    }

    [Test]
    public void LoadFromTextFile_WithMissingFields_GivesDefaultsOrNaN()
    {
        File.WriteAllText(_path, "a\t\nb\t?\nc\n");
        TextLoader.Column[] columns = [new("Text", DataKind.String, 0), new("Value", DataKind.Single, 1)];
        Assert.That(Load(new() { Columns = columns }).GetColumn<float>("Value"), Is.EqualTo(new[] { 0f, float.NaN, 0 }));
        Assert.That(Load(new() { Columns = columns, MissingRealsAsNaNs = true }).GetColumn<float>("Value").Take(2),
            Is.EqualTo(new[] { float.NaN, float.NaN }));
    }

    [Test]
    public void LoadFromTextFile_WithSeveralSeparatorsAndDecimalComma_ReadsNumbers()
    {
        File.WriteAllText(_path, "1,5;2\n3|4,25\n");
        TextLoader.Column[] columns = [new("Values", DataKind.Double, 0, 1)];
        var data = Load(new() { Columns = columns, Separators = [';', '|'], DecimalMarker = ',' });
        Assert.That(data.GetColumn<double[]>("Values"), Is.EqualTo(new[] { new[] { 1.5, 2 }, [3, 4.25] }));
    }

    [Test]
    public void LoadFromTextFile_OfKeys_CountsFromZeroInTheFile()
    {
        File.WriteAllText(_path, "0\n2\n3\n");
        TextLoader.Column[] columns = [new("Key", DataKind.UInt32, [new(0)], new KeyCount(3))];
        var data = Load(new() { Columns = columns });
        Assert.That(data.Schema["Key"].Type, Is.EqualTo(new KeyDataViewType(typeof(uint), 3)));
        Assert.That(data.GetColumn<uint>("Key").Take(2), Is.EqualTo(new uint[] { 1, 3 }));
    }

    [Test]
    public void LoadFromTextFile_WithMaxRows_StopsThere()
    {
        File.WriteAllLines(_path, Enumerable.Range(0, 10).Select(i => $"t{i}\t{i}"));
        Assert.That(Load(new() { MaxRows = 3 }).GetColumn<int>("Number"), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public void CreateTextLoader_OverSeveralFiles_ReadsThemInTurn()
    {
        var other = _path + ".more";
        File.WriteAllText(_path, "Text,Number\na,1\n");
        File.WriteAllText(other, "Text,Number\nb,2\n");
        try
        {
            var loader = _ml.Data.CreateTextLoader(
                [new("Text", DataKind.String, 0), new("Number", DataKind.Int32, 1)], ',', hasHeader: true);
            Assert.That(loader.Load(_path, other).GetColumn<string>("Text"), Is.EqualTo(new[] { "a", "b" }));
            Assert.That(loader.GetOutputSchema().Select(column => column.Name), Is.EqualTo(new[] { "Text", "Number" }));
        }
        finally
        {
            File.Delete(other);
        }
    }

    [Test]
    public void LoadFromTextFile_OfARestOfTheLine_TakesItsWidthFromTheData()
    {
        File.WriteAllText(_path, "a\t1\t2\t3\nb\t4\t5\t6\n");
        TextLoader.Column[] columns = [new("Text", DataKind.String, 0), new("Rest", DataKind.Single, [new TextLoader.Range(1, null)])];
        var data = Load(new() { Columns = columns });
        Assert.That(data.Schema["Rest"].Type, Is.EqualTo(new VectorDataViewType(NumberDataViewType.Single, 3)));
        Assert.That(data.GetColumn<float[]>("Rest").Last(), Is.EqualTo(new[] { 4f, 5, 6 }));
    }

    [Test]
    public void LoadFromTextFile_WithNoFile_NamesIt() =>
        Assert.That(() => _ml.Data.LoadFromTextFile<Row>(_path), Throws.Exception.With.Message.Contains(Path.GetFileName(_path)));

    private IDataView Load(TextLoader.Options options)
    {
        options.Columns ??= [new("Text", DataKind.String, 0), new("Number", DataKind.Int32, 1)];
        return _ml.Data.LoadFromTextFile(_path, options);
    }

    private sealed class Row
    {
        [LoadColumn(0)]
        public bool Label { get; set; }

        [LoadColumn(1, 2)]
        [VectorType(2)]
        public float[] Features { get; set; } = [];

        [LoadColumn(3)]
        public string Text { get; set; } = "";
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data;

public sealed class JsonLinesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [Test]
    public void Read_OfMixedValues_TypesTheColumnsByTheFirstRow()
    {
        var data = Lines("""{ "q": "é", "n": 2, "b": true, "c": ["x", "y"], "v": [1, 2.5], "o": { "a": 1 }, "e": [], "z": null }""");

        Assert.That(data.Schema.Select(column => (column.Name, column.Type.RawType)), Is.EqualTo(new[]
        {
            ("q", typeof(ReadOnlyMemory<char>)), ("n", typeof(float)), ("b", typeof(bool)), ("c", typeof(VBuffer<ReadOnlyMemory<char>>)),
            ("v", typeof(VBuffer<float>)), ("o", typeof(ReadOnlyMemory<char>)), ("e", typeof(ReadOnlyMemory<char>)),
            ("z", typeof(ReadOnlyMemory<char>)),
        }));
        Assert.That(Column<ReadOnlyMemory<char>>(data, "q").Single().ToString(), Is.EqualTo("é"));
        Assert.That(Column<float>(data, "n"), Is.EqualTo(new[] { 2f }));
        Assert.That(Column<bool>(data, "b"), Is.EqualTo(new[] { true }));
        Assert.That(Column<VBuffer<ReadOnlyMemory<char>>>(data, "c").Single().DenseValues().Select(item => item.ToString()),
            Is.EqualTo(new[] { "x", "y" }));
        Assert.That(Column<VBuffer<float>>(data, "v").Single().DenseValues(), Is.EqualTo(new[] { 1f, 2.5f }));
        Assert.That(Column<ReadOnlyMemory<char>>(data, "o").Single().ToString(), Is.EqualTo("""{ "a": 1 }"""));
    }

    [Test]
    public void Read_WithNullOrAbsentKeysLater_GivesMissingValues()
    {
        var data = Lines("""{ "q": "x", "n": 1, "v": [1] }""", "", """{ "n": null, "extra": 3 }""");

        Assert.That(Column<ReadOnlyMemory<char>>(data, "q")[1].IsEmpty);
        Assert.That(Column<float>(data, "n")[1], Is.NaN);
        Assert.That(Column<VBuffer<float>>(data, "v")[1].Length, Is.Zero);
    }

    [TestCase("""{ "q": 1 }""", "q", "line 2: 'q' is Number; expected text, as in the first row.")]
    [TestCase("""{ "n": "1" }""", "n", "line 2: 'n' is String; expected a number, as in the first row.")]
    [TestCase("""{ "v": 1 }""", "v", "line 2: 'v' is Number; expected an array, as in the first row.")]
    [TestCase("""[1]""", "q", "line 2: Array; expected a JSON object.")]
    [TestCase("""{ "q": """, "q", "line 2: no JSON")]
    public void Read_WithAMistypedRow_NamesFileLineAndKind(string row, string column, string message)
    {
        var data = Lines("""{ "q": "x", "n": 1, "v": [1] }""", row);
        Func<object> read = column switch
        {
            "n" => () => Column<float>(data, column),
            "v" => () => Column<VBuffer<float>>(data, column),
            _ => () => Column<ReadOnlyMemory<char>>(data, column),
        };

        Assert.That(() => read(), Throws.InstanceOf<InvalidDataException>().With.Message.StartsWith($"'{_folder["a.jsonl"]}', {message}"));
    }

    [Test]
    public void Read_OfAnEmptyFile_SaysSo()
        => Assert.That(() => Lines(), Throws.InstanceOf<InvalidDataException>()
            .With.Message.EqualTo($"'{_folder["a.jsonl"]}' has no rows."));

    [Test]
    public void Read_OfTenThousandLevels_IsRefused()
        => Assert.That(() => Lines("{ \"a\": " + new string('[', 10_000)), Throws.InstanceOf<InvalidDataException>());

    private IDataView Lines(params string[] lines)
    {
        File.WriteAllLines(_folder["a.jsonl"], lines);
        return JsonLines.Read(_folder["a.jsonl"]);
    }

    private static List<T> Column<T>(IDataView data, string name)
    {
        var values = new List<T>();
        using var cursor = data.GetRowCursor([data.Schema[name]]);
        var getter = cursor.GetGetter<T>(data.Schema[name]);
        while (cursor.MoveNext())
        {
            T value = default!;
            getter(ref value);
            values.Add(value);
        }
        return values;
    }
}

using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data;

public sealed class TextFilesTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DropFolder() => _folder.Dispose();

    [TestCase("one\ntwo\n\nthree", TextUnit.Line, "one|two|three")]
    [TestCase("one\r\ntwo\r\n \r\nthree\r\n", TextUnit.Line, "one|two|three")]
    [TestCase("one\rtwo", TextUnit.Line, "one|two")]
    [TestCase("one\ntwo\n\n\nthree\n", TextUnit.Paragraph, "one\ntwo|three")]
    [TestCase("\n\none\r\ntwo\r\n\r\nthree", TextUnit.Paragraph, "one\ntwo|three")]
    [TestCase("one\r\ntwo\n", TextUnit.Document, "one\r\ntwo\n")]
    [TestCase("", TextUnit.Line, "")]
    [TestCase(" \n ", TextUnit.Document, "")]
    public void Read_ByUnit_GivesTheRows(string text, TextUnit unit, string expected)
    {
        File.WriteAllText(_folder["a.txt"], text);

        Assert.That(string.Join("|", Texts(TextFiles.Read(_folder["a.txt"], unit))), Is.EqualTo(expected));
    }

    [Test]
    public void Read_OfLinesLongerThanTheBuffer_KeepsThemWhole([Values(16383, 16384, 16385, 100_000)] int length, [Values(
        "\n", "\r\n")] string end)
    {
        var lines = new[] { new string('a', length), new string('b', length), "c" };
        File.WriteAllText(_folder["a.txt"], string.Join(end, lines));

        Assert.That(Texts(TextFiles.Read(_folder["a.txt"], TextUnit.Line)), Is.EqualTo(lines));
    }

    [Test]
    public void Read_OfAFolder_TakesPlainAndGzipFilesByName()
    {
        File.WriteAllText(_folder["b.txt"], "second");
        File.WriteAllText(_folder["c.md"], "not text");
        using (var gzip = new GZipStream(File.Create(_folder["a.txt.gz"]), CompressionLevel.Fastest))
            gzip.Write("first é"u8);

        var data = TextFiles.Read(_folder.Path, column: "Body");

        Assert.That(Texts(data), Is.EqualTo(new[] { "first é", "second" }));
        Assert.That(Texts(data), Has.Count.EqualTo(2), "a second cursor starts anew");
        Assert.That(data.Schema.Select(column => column.Name), Is.EqualTo(new[] { "Body" }));
    }

    [Test]
    public void Read_OfNothing_SaysWhatIsMissing()
    {
        Assert.That(() => TextFiles.Read(_folder["none.txt"]), Throws.InstanceOf<FileNotFoundException>().With.Message.StartsWith(
            $"'{_folder["none.txt"]}' is neither a file, nor a folder, nor a data set of the catalog. Known data sets: arc, "));
        Assert.That(() => TextFiles.Read(_folder.Path), Throws.InstanceOf<FileNotFoundException>().With.Message.EqualTo(
            $"Folder '{_folder.Path}' has no file that ends in .txt, with or without .gz."));
    }

    [Test]
    public void Read_OfBrokenFiles_ThrowsInvalidData()
    {
        File.WriteAllBytes(_folder["latin.txt"], [0x61, 0xE9, 0x62]);
        File.WriteAllBytes(_folder["broken.txt.gz"], [0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9]);

        Assert.That(() => Texts(TextFiles.Read(_folder["latin.txt"])),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("is not UTF-8 text"));
        Assert.That(() => Texts(TextFiles.Read(_folder["broken.txt.gz"])),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("is damaged"));
    }

    [Test]
    public void Cursor_AsEveryMlNetComponentUsesIt_KeepsItsContract()
    {
        File.WriteAllText(_folder["a.txt"], "one\ntwo");
        var data = TextFiles.Read(_folder["a.txt"], TextUnit.Line);
        using var cursor = data.GetRowCursor(data.Schema);
        var text = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["Text"]);
        var id = cursor.GetIdGetter();
        var value = default(ReadOnlyMemory<char>);

        Assert.That(cursor.Position, Is.EqualTo(-1));
        Assert.That(() => text(ref value), Throws.InstanceOf<InvalidOperationException>());
        Assert.That(cursor.MoveNext());
        Assert.That(cursor.Position, Is.Zero);
        text(ref value);
        Assert.That(value.ToString(), Is.EqualTo("one"));
        Assert.That(() => cursor.GetGetter<float>(data.Schema["Text"]), Throws.InstanceOf<InvalidOperationException>());
        var (first, second) = (default(Microsoft.ML.Data.DataViewRowId), default(Microsoft.ML.Data.DataViewRowId));
        id(ref first);
        Assert.That(cursor.MoveNext());
        id(ref second);
        Assert.That(second, Is.Not.EqualTo(first));
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(cursor.MoveNext(), Is.False);
        Assert.That(() => text(ref value), Throws.InstanceOf<InvalidOperationException>());

        using var idle = data.GetRowCursor([]);
        Assert.That(idle.IsColumnActive(data.Schema["Text"]), Is.False);
        Assert.That(() => idle.GetGetter<ReadOnlyMemory<char>>(data.Schema["Text"]), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    internal static List<string> Texts(IDataView data, string? column = null)
        => [.. Columns.ReadText(data, column is null ? data.Schema[0] : data.Schema[column]).Select(text => text.ToString())];
}

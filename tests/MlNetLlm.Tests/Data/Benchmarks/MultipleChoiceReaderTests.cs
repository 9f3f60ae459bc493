using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data.Benchmarks;

public class MultipleChoiceReaderTests
{
    private static readonly Benchmark Indexed = new()
    {
        Name = "own", Dataset = "own", Shape = BenchmarkShape.MultipleChoice, Files = "own_{split}.jsonl",
        Fields = new BenchmarkFields { Choices = ["choices"] }, AnswerIs = AnswerKind.Index, Choices = 3,
        Prompt = "{question}\n{options}\nAnswer:", Continuation = " {letter}",
    };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Read_FillsTheColumns()
    {
        Write("own_test.jsonl", """{"question": "2 + 1?", "choices": ["1", "2", "3"], "answer": 2}""", "",
            """{"question": "1 - 1?", "choices": ["0", "1"], "answer": 0}""");

        var data = Read(Indexed);

        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { "own_test:1", "own_test:2" }));
        Assert.That(data.Texts("Language"), Is.All.EqualTo("en"));
        Assert.That(data.Texts("Question"), Is.EqualTo(new[] { "2 + 1?", "1 - 1?" }));
        Assert.That(data.TextLists("Choices"), Is.EqualTo(new string[][] { ["1", "2", "3"], ["0", "1"] }));
        Assert.That(data.Texts("Prompt")[0], Is.EqualTo("2 + 1?\nA. 1\nB. 2\nC. 3\nAnswer:"));
        Assert.That(data.TextLists("Continuations")[1], Is.EqualTo(new[] { " A", " B" }));
        Assert.That(data.Numbers("AnswerIndex"), Is.EqualTo(new[] { 2, 0 }));
        Assert.That(data.GetColumn<uint>("Label"), Is.EqualTo(new uint[] { 3, 1 }));    // keys count from 1
    }

    [Test]
    public void Read_NamesTheLabelKeys()
    {
        Write("own_test.jsonl", """{"question": "?", "choices": ["a", "b"], "answer": 1}""");

        var label = Read(Indexed).Schema["Label"];

        var names = default(VBuffer<ReadOnlyMemory<char>>);
        label.GetKeyValues(ref names);
        Assert.That(((KeyDataViewType)label.Type).Count, Is.EqualTo(3));
        Assert.That(names.DenseValues().Select(name => name.ToString()), Is.EqualTo(new[] { "A", "B", "C" }));
    }

    [Test]
    public void Read_WithLabelsInObjects_FindsTheAnswer()
    {
        var labelled = Indexed with
        {
            Fields = new BenchmarkFields
            {
                Question = "question.stem", Choices = ["question.choices.text"], Labels = "question.choices.label", Answer = "key",
                Language = "info.language",
            },
            AnswerIs = AnswerKind.Label,
        };
        const string choices = """[{"text": "eins", "label": "A"}, {"text": "zwei", "label": "B"}]""";
        Write("own_test.jsonl",
            $$$"""{"question": {"stem": "x", "choices": {{{choices}}}}, "key": "B", "info": {"language": "German"}}""",
            $$$"""{"question": {"stem": "y", "choices": {{{choices}}}}, "key": "@", "info": {"language": "German"}}""");

        var data = Read(labelled);

        Assert.That(data.Texts("Language"), Is.All.EqualTo("German"));
        Assert.That(data.Numbers("AnswerIndex"), Is.EqualTo(new[] { 1, -1 }));
        Assert.That(data.GetColumn<uint>("Label"), Is.EqualTo(new uint[] { 2, 0 }));    // 0: missing
    }

    [Test]
    public void Read_WithBlank_SplitsTheSentenceAroundIt()
    {
        var blank = Indexed with
        {
            Fields = new BenchmarkFields { Choices = ["first", "second"] }, AnswerIs = AnswerKind.Ordinal,
            Prompt = "{before}", Continuation = " {choice}{after}",
        };
        Write("own_test.jsonl",
            """{"question": "The cup fell off the table as _ shook.", "first": "it", "second": "they", "answer": "1"}""");

        var data = Read(blank);

        Assert.That(data.Texts("Prompt").Single(), Is.EqualTo("The cup fell off the table as"));
        Assert.That(data.TextLists("Continuations").Single(), Is.EqualTo(new[] { " it shook.", " they shook." }));
        Assert.That(data.Numbers("AnswerIndex").Single(), Is.Zero);
    }

    [Test]
    public void Read_WithMarkedChoicesInOneArray_StreamsItsElements()
    {
        var marked = Indexed with
        {
            Files = "own.json", Rows = "/", AnswerIs = AnswerKind.Marks,
            Fields = new BenchmarkFields { Choices = ["targets"], Answer = "targets.*" },
        };
        var filler = new string('x', 200_000);    // elements that cross the end of the reader's buffer, and one beyond its size
        var elements = Enumerable.Range(0, 100).Select(i =>
            $$$"""{"filler": "{{{(i == 50 ? filler : filler[..3000])}}}", "question": "{{{i}}}", "targets": {"a": {{{i % 2}}}, "b": {{{(i + 1) % 2}}}}}""");
        Write("own.json", $"[{string.Join(",\n", elements)}]");

        var data = Read(marked);

        Assert.That(data.Texts("Question"), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
        Assert.That(data.Numbers("AnswerIndex"), Is.EqualTo(Enumerable.Range(0, 100).Select(i => 1 - i % 2)));
    }

    [Test]
    public void Read_WithOptionsInTheQuestion_CutsThemOff()
    {
        var inline = Indexed with
        {
            Files = "{subject}.json", Rows = "examples", AnswerIs = AnswerKind.Label,
            Fields = new BenchmarkFields { Question = "input", Answer = "target" }, Option = "({letter}) {choice}",
        };
        Write("sums.json", """
            { "note": { "examples": 1 }, "examples": [
                { "input": "1 + 1\nOptions:\n(A) 3\n(B) 2", "target": "(B)" },
                { "input": "Is 1 odd?\nOptions:\n- Yes\n- No", "target": "Yes" } ] }
            """);

        var data = Read(inline);

        Assert.That(data.Texts("Subject"), Is.All.EqualTo("sums"));
        Assert.That(data.Texts("Question"), Is.EqualTo(new[] { "1 + 1", "Is 1 odd?" }));
        Assert.That(data.TextLists("Choices"), Is.EqualTo(new string[][] { ["3", "2"], ["Yes", "No"] }));
        Assert.That(data.Texts("Prompt")[0], Is.EqualTo("1 + 1\n(A) 3\n(B) 2\nAnswer:"));
        Assert.That(data.Numbers("AnswerIndex"), Is.EqualTo(new[] { 1, 0 }));
    }

    [Test]
    public void Read_WithShuffleSeed_KeepsTheRightChoice()
    {
        var plain = BenchmarkData.Read("truthfulqa");
        var shuffled = BenchmarkData.Read("truthfulqa", new BenchmarkOptions { ShuffleSeed = 1 });

        Assert.That(plain.Numbers("AnswerIndex"), Is.All.Zero);    // the file's defect
        var rows = plain.TextLists("Choices").Zip(shuffled.TextLists("Choices"), shuffled.Numbers("AnswerIndex")).ToList();
        foreach (var (before, after, answer) in rows)
        {
            Assert.That(after[answer], Is.EqualTo(before[0]));
            Assert.That(after.Order(StringComparer.Ordinal), Is.EqualTo(before.Order(StringComparer.Ordinal)));
        }
        var places = rows.Where(row => row.Second.Length == 4).CountBy(row => row.Third).Select(place => place.Value);
        Assert.That(places, Has.Exactly(4).GreaterThan(202 / 4 / 2));    // 202 questions have four choices
    }

    [Test]
    public void Read_WithShuffleSeed_DependsOnTheSeedAndTheRowOnly()
    {
        var first = BenchmarkData.Read("arc", new BenchmarkOptions { Split = "test", Subject = "easy", ShuffleSeed = 1 });
        var all = BenchmarkData.Read("arc", new BenchmarkOptions { Split = "test", ShuffleSeed = 1 });
        var other = BenchmarkData.Read("arc", new BenchmarkOptions { Split = "test", Subject = "easy", ShuffleSeed = 2 });

        var answers = first.Numbers("AnswerIndex");
        Assert.That(first.Numbers("AnswerIndex"), Is.EqualTo(answers));
        Assert.That(all.Numbers("AnswerIndex")[^answers.Length..], Is.EqualTo(answers));    // easy comes after challenge
        Assert.That(other.Numbers("AnswerIndex"), Is.Not.EqualTo(answers));
    }

    [Test]
    public void Read_StopsBeforeAFaultThatIsNotReached()
    {
        Write("own_test.jsonl", """{"question": "a", "choices": ["1", "2"], "answer": 0}""", "{");
        var data = Read(Indexed);
        using var cursor = data.GetRowCursor(data.Schema);

        Assert.That(cursor.MoveNext(), Is.True);
        Assert.That(() => cursor.MoveNext(), Throws.InstanceOf<InvalidDataException>());
    }

    [Test]
    public void Read_WithTwoCursors_KeepsThemApart()
    {
        Write("own_test.jsonl",
            """{"question": "a", "choices": ["1", "2"], "answer": 0}""", """{"question": "b", "choices": ["1", "2"], "answer": 0}""");
        var data = Read(Indexed);
        using var first = data.GetRowCursor(data.Schema);
        using var second = data.GetRowCursor(data.Schema);

        Assert.That(first.MoveNext() && first.MoveNext() && second.MoveNext(), Is.True);

        var (a, b) = (default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>));
        first.GetGetter<ReadOnlyMemory<char>>(data.Schema["Question"])(ref a);
        second.GetGetter<ReadOnlyMemory<char>>(data.Schema["Question"])(ref b);
        Assert.That((a.ToString(), b.ToString()), Is.EqualTo(("b", "a")));
    }

    [TestCase("""{"question": "?", "choices": ["a", "b"], "answer": 2}""", "field 'answer' is '2'; expected a number from 0 to 1.")]
    [TestCase("""{"question": "?", "choices": ["a", "b"], "answer": "x"}""", "field 'answer' is 'x'; expected a number from 0 to 1.")]
    [TestCase("""{"question": "?", "choices": ["a", "b"]}""", "field 'answer' is missing; expected it in every row.")]
    [TestCase("""{"question": "?", "choices": ["a", "b", "c", "d"], "answer": 0}""", "there are 4 choices; expected 1 to 3.")]
    [TestCase("""{"question": "?", "choices": [], "answer": 0}""", "there are 0 choices; expected 1 to 3.")]
    [TestCase("""["?"]""", "the row is Array; expected a JSON object.")]
    [TestCase("""{"question": """, "the JSON is damaged")]
    public void Read_WithFaultyRow_NamesFileAndLine(string line, string fault)
    {
        Write("own_test.jsonl", """{"question": "?", "choices": ["a", "b"], "answer": 0}""", line);

        Assert.That(() => BenchmarkData.CountRows(Read(Indexed)), Throws.InstanceOf<InvalidDataException>()
            .With.Message.StartsWith($"'{_folder["own_test.jsonl"]}', line 2: ").And.Message.Contains(fault));
    }

    [TestCase("""{"other": []}""", "expected a JSON object with an array named 'examples'.")]
    [TestCase("""[1]""", "expected a JSON object with an array named 'examples'.")]
    [TestCase("""{"examples": [ {"input": "x\nOptions:\n- a\n- b", "target": "a"}, {"input": """, "element 2: the JSON is damaged")]
    [TestCase("""{"examples": [ {"input": "x", "target": "a"} ]}""", "element 1: the question has no line 'Options:'")]
    [TestCase("""{"examples": []}""", "has no rows")]
    public void Read_WithFaultyArray_NamesFileAndElement(string json, string fault)
    {
        var inline = Indexed with
        {
            Files = "own.json", Rows = "examples", AnswerIs = AnswerKind.Label,
            Fields = new BenchmarkFields { Question = "input", Answer = "target" },
        };
        Write("own.json", json);

        Assert.That(() => BenchmarkData.CountRows(Read(inline)), Throws.InstanceOf<InvalidDataException>()
            .With.Message.StartsWith($"'{_folder["own.json"]}'").And.Message.Contains(fault));
    }

    [Test]
    public void Read_WithoutFiles_NamesThePattern() =>
        Assert.That(() => Read(Indexed), Throws.InstanceOf<FileNotFoundException>()
            .With.Message.EqualTo("Benchmark 'own': no file is named like 'own_{split}.jsonl'."));

    [Test]
    public void Read_WithTextAnswer_Throws()
    {
        Write("own_test.jsonl", """{"question": "?", "choices": ["a", "b"], "answer": "a"}""");

        Assert.That(() => BenchmarkData.CountRows(Read(Indexed with { AnswerIs = AnswerKind.Text })),
            Throws.ArgumentException.With.Message.Contains("AnswerIs is Text"));
    }

    private IDataView Read(Benchmark benchmark) => MultipleChoiceReader.Read(benchmark, _folder.Path);

    private void Write(string name, params string[] lines) => File.WriteAllLines(_folder[name], lines);
}

using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data.Benchmarks;

public class GenerationReaderTests
{
    private static readonly Benchmark Worked = new()
    {
        Name = "own", Dataset = "own", Shape = BenchmarkShape.Generation, Files = "{split}.jsonl",
        Fields = new BenchmarkFields { Reference = "answer" }, AnswerAfter = "#### ", AnswerIs = AnswerKind.Number,
        Prompt = "Question: {question}\nAnswer:",
    };

    private static readonly Benchmark Commas = Worked with
    {
        Files = "asked.csv", AnswerAfter = null, AnswerIs = AnswerKind.Text,
        Fields = new BenchmarkFields { Question = "Asked", Answer = "Best", Subject = "Kind" },
    };

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void DeleteFolder() => _folder.Dispose();

    [Test]
    public void Read_WithWorkedAnswer_TakesTheNumberAtItsEnd()
    {
        File.WriteAllText(_folder["test.jsonl"], """{"question": "1000 + 80?", "answer": "1000 + 80 = 1080\n#### 1,080"}""");

        var data = GenerationReader.Read(Worked, _folder.Path);

        Assert.That(data.Texts("Prompt").Single(), Is.EqualTo("Question: 1000 + 80?\nAnswer:"));
        Assert.That(data.Texts("Answer").Single(), Is.EqualTo("1080"));
        Assert.That(data.Texts("Reference").Single(), Is.EqualTo("1000 + 80 = 1080\n#### 1,080"));
    }

    [Test]
    public void Read_WithTabs_TakesFieldsByNumber()
    {
        var table = Worked with
        {
            Files = "sums_{language}.tsv", AnswerAfter = null, Fields = new BenchmarkFields { Question = "0", Answer = "1" },
        };
        File.WriteAllText(_folder["sums_de.tsv"], "eins und \"eins\"?\t2\nzwei und zwei?\t4\n");
        File.WriteAllText(_folder["sums_fr.tsv"], "un et un?\t2\n");

        var data = GenerationReader.Read(table, _folder.Path);

        Assert.That(data.Texts("Question"), Is.EqualTo(new[] { "eins und \"eins\"?", "zwei und zwei?", "un et un?" }));
        Assert.That(data.Texts("Answer"), Is.EqualTo(new[] { "2", "4", "2" }));
        Assert.That(data.Texts("Language"), Is.EqualTo(new[] { "de", "de", "fr" }));
        Assert.That(GenerationReader.Read(table, _folder.Path, new BenchmarkOptions { Language = "fr" }).Texts("Id"),
            Is.EqualTo(new[] { "sums_fr:1" }));
    }

    [Test]
    public void Read_WithCommas_TakesFieldsByTheNamesInTheFirstLine()
    {
        File.WriteAllText(_folder["asked.csv"],
            "Kind,Asked,Best\nsea,\"Is it \"\"wet\"\", or dry?\",wet\n\nsky,\"Blue\nor grey?\",\"\"\r\nlast,,\"a,b\"");

        var data = GenerationReader.Read(Commas, _folder.Path);

        Assert.That(data.Texts("Question"), Is.EqualTo(new[] { "Is it \"wet\", or dry?", "Blue\nor grey?", "" }));
        Assert.That(data.Texts("Answer"), Is.EqualTo(new[] { "wet", "", "a,b" }));
        Assert.That(data.Texts("Subject"), Is.EqualTo(new[] { "sea", "sky", "last" }));
        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { "asked:1", "asked:2", "asked:3" }));
    }

    [TestCase("\nsea,\"wet?,wet", "line 2: a quote is opened and never closed; expected a closing quote.")]
    [TestCase("\nsea,\"wet\"?,wet", "line 2: '?' follows the quotes of field 2; expected a comma.")]
    [TestCase("\nsea,wet?,wet\nsky,blue?", "line 3: there are 2 fields; expected 3, as in the first row.")]
    public void Read_WithDamagedCommas_SaysWhere(string rows, string message)
    {
        File.WriteAllText(_folder["asked.csv"], "Kind,Asked,Best" + rows);

        Assert.That(() => GenerationReader.Read(Commas, _folder.Path).Texts("Question").ToList(),
            Throws.InstanceOf<InvalidDataException>().With.Message.EndsWith(message)
                .Or.InnerException.InstanceOf<InvalidDataException>().With.InnerException.Message.EndsWith(message));
    }

    [Test]
    public void Read_WithAQuoteThatIsNeverClosed_StopsBeforeTheEnd()
    {
        var line = new string('x', 1000) + "\n";
        File.WriteAllText(_folder["asked.csv"], "Kind,Asked,Best\nsea,\"" + string.Concat(Enumerable.Repeat(line, 1200)));

        Assert.That(() => GenerationReader.Read(Commas, _folder.Path).Texts("Question").ToList(),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains("line 2: a row of more than 1048576 characters"));
    }

    [Test]
    public void Read_WithNestedArrays_LooksOutwardForFields()
    {
        var nested = Worked with
        {
            Files = "own.json", Rows = "data/paragraphs/qas", AnswerAfter = null, AnswerIs = AnswerKind.Text,
            Fields = new BenchmarkFields { Id = "id", Answer = "answers.text", Subject = "title" },
            Prompt = "{context} {question}",
        };
        File.WriteAllText(_folder["own.json"], """
            { "version": "1", "data": [ { "title": "tea", "paragraphs": [
                { "context": "Tea is hot.", "qas": [ { "id": "a", "question": "What is hot?", "answers": [ { "text": "Tea" } ] },
                                                     { "id": "b", "question": "How is tea?", "answers": [ { "text": "hot" } ] } ] },
                { "context": "Ice is cold.",
                  "qas": [ { "id": "c", "question": "What is cold?", "answers": [ { "text": "Ice" } ] } ] } ] } ] }
            """);

        var data = GenerationReader.Read(nested, _folder.Path);

        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { "a", "b", "c" }));
        Assert.That(data.Texts("Subject"), Is.All.EqualTo("tea"));
        Assert.That(data.Texts("Prompt"), Is.EqualTo(new[]
        {
            "Tea is hot. What is hot?", "Tea is hot. How is tea?", "Ice is cold. What is cold?",
        }));
        Assert.That(data.Texts("Answer"), Is.EqualTo(new[] { "Tea", "hot", "Ice" }));
    }

    [Test]
    public void Read_WithTests_AllowsAnAnswerThatIsNull()
    {
        var code = Worked with
        {
            AnswerAfter = null, AnswerIs = AnswerKind.Text, Prompt = "{question}",
            Fields = new BenchmarkFields { Tests = "tests", EntryPoint = "entry" },
        };
        File.WriteAllText(_folder["test.jsonl"],
            """{"question": "def f():\n  {x}\n", "answer": null, "tests": ["assert f()", "assert 1"], "entry": "f"}""");

        var data = GenerationReader.Read(code, _folder.Path);

        Assert.That(data.Texts("Prompt").Single(), Is.EqualTo("def f():\n  {x}\n"));    // braces of the data stay as they are
        Assert.That(data.Texts("Answer").Single(), Is.Empty);
        Assert.That(data.Texts("Tests").Single(), Is.EqualTo("assert f()\nassert 1"));
        Assert.That(data.Texts("EntryPoint").Single(), Is.EqualTo("f"));
    }

    [TestCase("11", "test")]
    [TestCase("510", "test")]
    [TestCase("10", "train")]
    [TestCase("511", "train")]
    public void Read_WithSplitIds_GoesByTheNumberOfTheId(string id, string split)
    {
        var mixed = Worked with
        {
            Files = "own.jsonl", SplitIds = [11, 510], AnswerIs = AnswerKind.Text, AnswerAfter = null,
            Fields = new BenchmarkFields { Id = "id" },
        };
        File.WriteAllText(_folder["own.jsonl"], $$"""{"id": "task/{{id}}", "question": "?", "answer": "!"}""");

        var data = GenerationReader.Read(mixed, _folder.Path, new BenchmarkOptions { Split = split });

        Assert.That(data.Texts("Id"), Is.EqualTo(new[] { $"task/{id}" }));
    }

    [Test]
    public void Read_OfMathData_GivesNumbersOnly()
    {
        string[] answers =
        [
            .. BenchmarkData.Read("gsm8k", new BenchmarkOptions { Split = "train" }).Texts("Answer"),
            .. BenchmarkData.Read("mgsm").Texts("Answer"),
            .. BenchmarkData.Read("svamp").Texts("Answer"),
        ];

        Assert.That(answers, Is.All.Match("^-?[0-9]+(\\.[0-9]+)?$"));
    }

    [TestCase("""{"question": "?", "answer": "42"}""", "field 'answer' ends in '42'; expected '#### ' before the answer.")]
    [TestCase("""{"question": "?", "answer": "#### forty"}""", "the answer in field 'answer' is 'forty'; expected a number.")]
    [TestCase("""{"question": "?", "answer": null}""", "field 'answer' is missing; expected it in every row.")]
    public void Read_WithFaultyAnswer_NamesFileAndLine(string line, string fault)
    {
        File.WriteAllText(_folder["test.jsonl"], line);

        Assert.That(() => GenerationReader.Read(Worked, _folder.Path).Texts("Answer"), Throws.InstanceOf<InvalidDataException>()
            .With.Message.EqualTo($"'{_folder["test.jsonl"]}', line 1: {fault}"));
    }

    [TestCase("own.json.gz", "data")]
    [TestCase("own.jsonl.gz", "")]
    public void Read_WithDamagedGzip_NamesTheFile(string name, string rows)
    {
        var rng = new Random(1);
        var noise = string.Concat(Enumerable.Range(0, 5000).Select(_ => (char)rng.Next('a', 'z')));
        using (var packed = new GZipStream(File.Create(_folder[name]), CompressionLevel.Optimal))
            packed.Write(Encoding.UTF8.GetBytes($$"""{"data": [ {"question": "{{noise}}", "answer": "#### 1"} ]}"""));
        var bytes = File.ReadAllBytes(_folder[name]);
        bytes.AsSpan(bytes.Length / 2, 64).Fill(0xFF);
        File.WriteAllBytes(_folder[name], bytes);

        Assert.That(() => GenerationReader.Read(Worked with { Files = name[..^3], Rows = rows }, _folder.Path).Texts("Answer"),
            Throws.InstanceOf<InvalidDataException>().With.Message.Contains(_folder[name]));
    }
}

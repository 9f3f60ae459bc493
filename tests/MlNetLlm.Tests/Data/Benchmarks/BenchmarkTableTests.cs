using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Data.Benchmarks;

public class BenchmarkTableTests
{
    [Test]
    public void All_HasEachNameOnce() => Assert.That(Benchmark.All.Select(benchmark => benchmark.Name), Is.Unique.And.Not.Empty);

    [Test]
    public void All_NamesDataSetsOfTheCatalog() =>
        Assert.That(Benchmark.All.Select(benchmark => benchmark.Dataset).Distinct(), Is.SubsetOf(DatasetCatalog.Default.Names));

    [Test]
    public void Find_WithMistypedName_NamesTheNearest() =>
        Assert.That(() => Benchmark.Find("helaswag"),
            Throws.ArgumentException.With.Message.StartsWith("Unknown benchmark 'helaswag'. Did you mean 'hellaswag'? Known: arc, "));

    [Test]
    public void Read_WithSeveralSplits_AsksForOne() =>
        Assert.That(() => BenchmarkData.Read("gsm8k"),
            Throws.ArgumentException.With.Message.EqualTo("Benchmark 'gsm8k' has several splits: test, train. Set `Split`."));

    [Test]
    public void Read_WithUnknownSplit_NamesTheKnown() =>
        Assert.That(() => BenchmarkData.Read("gsm8k", new BenchmarkOptions { Split = "dev" }),
            Throws.ArgumentException.With.Message.EqualTo("Benchmark 'gsm8k' has no split 'dev'. It has: test, train."));

    [Test]
    public void Read_WithUnknownLanguage_NamesTheKnown() =>
        Assert.That(() => BenchmarkData.Read("mgsm", new BenchmarkOptions { Language = "it" }),
            Throws.ArgumentException.With.Message.EqualTo(
                "Benchmark 'mgsm' has no language 'it'. It has: bn, de, en, es, fr, ja, ru, sw, te, th, zh."));

    [Test]
    public void Read_WithUnknownSubjectInTheRows_NamesTheKnown()
    {
        var data = BenchmarkData.Read("mmlu", new BenchmarkOptions { Split = "dev", Subject = "alchemy" });

        Assert.That(() => BenchmarkData.CountRows(data), Throws.ArgumentException.With.Message.Contains("subject 'alchemy'")
            .And.Message.Contains("astronomy (en)"));
    }

    [Test]
    public void Read_WithReaderOfAnotherShape_Throws()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["test.jsonl"], "");
        var generation = new Benchmark { Name = "own", Dataset = "own", Shape = BenchmarkShape.Generation, Files = "{split}.jsonl" };

        Assert.That(() => MultipleChoiceReader.Read(generation, folder.Path),
            Throws.ArgumentException.With.Message.EqualTo("Benchmark 'own' has the shape Generation; read it with GenerationReader."));
        Assert.That(() => ConlluReader.Read(generation, folder.Path), Throws.ArgumentException);
        var sentences = generation with { Shape = BenchmarkShape.Sentences };
        Assert.That(() => GenerationReader.Read(sentences, folder.Path), Throws.ArgumentException);
    }
}

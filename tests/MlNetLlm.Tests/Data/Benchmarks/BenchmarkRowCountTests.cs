using MlNetLlm.Data.Benchmarks;

namespace MlNetLlm.Tests.Data.Benchmarks;

/// <summary>The data sets' own row counts, from their descriptions; every column of every row is read.</summary>
public class BenchmarkRowCountTests
{
    [TestCase("arc", "train", "easy", null, 2251)]
    [TestCase("arc", "validation", "easy", null, 570)]
    [TestCase("arc", "test", "easy", null, 2376)]
    [TestCase("arc", "train", "challenge", null, 1119)]
    [TestCase("arc", "validation", "challenge", null, 299)]
    [TestCase("arc", "test", "challenge", null, 1172)]
    [TestCase("arc", "test", null, null, 2376 + 1172)]
    [TestCase("openbookqa", "train", null, null, 4957)]
    [TestCase("openbookqa", "validation", null, null, 500)]
    [TestCase("openbookqa", "test", null, null, 500)]
    [TestCase("commonsenseqa", "train", null, null, 9741)]
    [TestCase("commonsenseqa", "validation", null, null, 1221)]
    [TestCase("hellaswag", null, null, null, 1000)]
    [TestCase("winogrande", null, null, null, 1267)]
    [TestCase("mmlu", "dev", null, null, 285)]
    [TestCase("mmlu", "dev", "astronomy", null, 5)]
    [TestCase("mmlu", "validation", null, null, 1531)]
    [TestCase("mmlu", "test", null, null, 14042)]
    [TestCase("exams", "train", null, null, 7961)]
    [TestCase("exams", "validation", null, null, 2672)]
    [TestCase("exams", "test", null, null, 13510)]
    [TestCase("truthfulqa", null, null, null, 790)]
    [TestCase("truthfulqa_generation", null, null, null, 790)]
    [TestCase("bigbench", null, "language_identification", null, 10000)]
    [TestCase("bigbench", null, null, null, 103 + 10000 + 1500 + 219 + 500 + 32 + 174 + 2289 + 189)]
    [TestCase("bigbench_completion", null, null, null, 164 + 1320 + 1000 + 210 + 20321 + 32 + 60)]
    [TestCase("bbh", null, null, null, 24 * 250 + 187 + 146 + 178)]
    [TestCase("bbh", null, "snarks", null, 178)]
    [TestCase("bbh_choice", null, null, null, 17 * 250 + 187 + 146 + 178)]
    [TestCase("gsm8k", "train", null, null, 7473)]
    [TestCase("gsm8k", "test", null, null, 1319)]
    [TestCase("mgsm", null, null, "de", 250)]
    [TestCase("mgsm", null, null, null, 11 * 250)]
    [TestCase("svamp", null, null, null, 300)]
    [TestCase("aqua", null, null, null, 245)]
    [TestCase("math_qa", null, null, null, 2983)]
    [TestCase("simple_arithmetic", null, null, null, 2000)]
    [TestCase("humaneval", null, null, null, 164)]
    [TestCase("humaneval_csharp", null, null, null, 161)]
    [TestCase("mbpp", "test", null, null, 500)]
    [TestCase("mbpp", "train", null, null, 474)]
    [TestCase("xquad", null, null, "tr", 1190)]
    [TestCase("xquad", null, null, null, 12 * 1190)]
    [TestCase("ud", "train", null, null, 4274 + 1856 + 1387 + 656 + 1400)]    // atis, eslspok, parisstories, csui, vtb
    [TestCase("ud", "validation", null, null, 572 + 232 + 799 + 1476 + 692 + 1400 + 979 + 500 + 1364 + 559 + 1123 + 950 + 564 + 504)]
    [TestCase("ud", "test", null, null,
        586 + 232 + 977 + 416 + 697 + 427 + 979 + 500 + 1555 + 557 + 374 + 800 + 989 + 565 + 1219)]
    [TestCase("ud", "test", "gsd", "fr", 416)]
    [TestCase("ud", "validation", "tdt", "fi", 1364)]
    [TestCase("ud_pud", null, null, null, 18 * 1000)]
    [TestCase("ud_english_2015", "validation", null, null, 2002)]
    [TestCase("ud_english_2015", "test", null, null, 2077)]
    public void Read_OfCatalogData_GivesAllRows(string benchmark, string? split, string? subject, string? language, int rows)
    {
        var data = BenchmarkData.Read(benchmark, new BenchmarkOptions { Split = split, Subject = subject, Language = language });

        Assert.That(BenchmarkData.CountRows(data), Is.EqualTo(rows));
    }

    [Test]
    public void Read_OfMbppCsharp_GivesAllRowsOverItsSplits()
    {
        var rows = new[] { "train", "test" }.Sum(split =>
            BenchmarkData.CountRows(BenchmarkData.Read("mbpp_csharp", new BenchmarkOptions { Split = split })));

        Assert.That(rows, Is.EqualTo(968));
    }

    // The words of every treebank, in the order of their description: atis, eslspok, de, fr, parisstories, es, tr, zh, fi, id, csui, vi,
    // ko, da, sv.
    [TestCase("train", 48655 + 16879 + 22240 + 18222 + 20215)]
    [TestCase("validation", 6644 + 2167 + 12480 + 35721 + 10274 + 37154 + 12289 + 12663 + 18308 + 12661 + 26162 + 11958 + 10332 + 9797)]
    [TestCase("test",
        6580 + 2266 + 16499 + 10018 + 10275 + 12002 + 12210 + 12012 + 21070 + 11756 + 10041 + 11692 + 11677 + 10023 + 20377)]
    public void Read_OfTreebanks_GivesAllWords(string split, int words)
    {
        var data = BenchmarkData.Read("ud", new BenchmarkOptions { Split = split });

        Assert.That(data.TextLists("Tokens").Sum(list => list.Length), Is.EqualTo(words));
    }
}

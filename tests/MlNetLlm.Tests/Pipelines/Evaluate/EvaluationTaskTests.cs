using MlNetLlm.Data;
using MlNetLlm.Data.Benchmarks;
using MlNetLlm.Pipelines.Evaluate;

namespace MlNetLlm.Tests.Pipelines.Evaluate;

public sealed class EvaluationTaskTests
{
    [TestCase("arc_easy", "arc", "test")]
    [TestCase("gsm8k", "gsm8k", "test")]
    [TestCase("hellaswag", "hellaswag", "validation")]
    [TestCase("mmlu_anatomy", "mmlu", "test")]
    [TestCase("mgsm_de", "mgsm", "test")]
    [TestCase("bbh_choice_navigate", "bbh_choice", "test")]
    [TestCase("bbh_boolean_expressions", "bbh", "test")]
    public void Find_ABenchmarkOrPartOfOne_OpensItsRows(string name, string benchmark, string split)
    {
        if (!DatasetCatalog.Default.Has(Benchmark.Find(benchmark).Dataset))
            Assert.Ignore($"The data of '{benchmark}' is not on this machine.");
        var task = EvaluationTask.Find(name, split: null);
        Assert.That((task.Benchmark.Name, task.Split), Is.EqualTo((benchmark, split)));
        using var cursor = task.Rows.GetRowCursor([]);
        Assert.That(cursor.MoveNext(), Is.True);
    }

    [Test]
    public void Find_AMistypedName_NamesTheNearestAndAll()
    {
        var error = Assert.Throws<ArgumentException>(() => EvaluationTask.Find("hellaswog", null));
        Assert.That(error!.Message, Does.Contain("Unknown task 'hellaswog'").And.Contain("Did you mean 'hellaswag'?").And.Contain("gsm8k")
            .And.Not.Contain("humaneval"));
    }

    [Test]
    public void Find_AMistypedPart_NamesTheParts()
    {
        if (!DatasetCatalog.Default.Has("arc")) Assert.Ignore("The data of 'arc' is not on this machine.");
        var error = Assert.Throws<ArgumentException>(() => EvaluationTask.Find("arc_eesy", null));
        Assert.That(error!.Message, Does.Contain("challenge, easy"));
    }

    [Test]
    public void Find_ATaskOfCode_Refuses() => Assert.Throws<NotSupportedException>(() => EvaluationTask.Find("humaneval", null));
}

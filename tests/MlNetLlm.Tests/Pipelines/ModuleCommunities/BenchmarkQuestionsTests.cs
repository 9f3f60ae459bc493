using Microsoft.ML;
using MlNetLlm.Pipelines.ModuleCommunities;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines.ModuleCommunities;

public class BenchmarkQuestionsTests
{
    [Test]
    public void Test_HasNoQuestionOfCalibration_WhereASetHasEnough()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["labels.jsonl"],
        [
            """{ "dataSet": "many", "skills": [ "reasoning" ] }""", """{ "dataSet": "few", "skills": [ "reading" ] }""",
        ]);
        var ml = new MLContext(1);
        var questions = new BenchmarkQuestions(ml, [Set("many", 50), Set("few", 49)], folder["labels.jsonl"], calibration: 30);
        Assert.That(Prompts(questions.Calibration(null)), Is.EqualTo([.. Names("many", 0, 30), .. Names("few", 0, 49)]));
        Assert.That(Prompts(questions.Test(null)), Is.EqualTo([.. Names("many", 30, 20), .. Names("few", 0, 49)]), "19 are too few");
        Assert.That(Prompts(questions.Test("language")), Is.EqualTo(Names("few", 0, 49)));

        List<string> Prompts(IDataView view) =>
            [.. ml.Data.CreateEnumerable<BenchmarkQuestion>(view, reuseRowObject: false).Select(row => row.Prompt)];
    }

    private static string[] Names(string set, int first, int count) => [.. Enumerable.Range(first, count).Select(i => $"{set} {i}")];

    private static BenchmarkSet Set(string name, int count) => new(name, [.. Names(name, 0, count)
        .Select(prompt => new BenchmarkQuestion { DataSet = name, Prompt = prompt, Continuations = ["a", "b"] })]);
}

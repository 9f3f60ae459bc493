using Microsoft.ML;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

namespace MlNetLlm.Tests.Pipelines.SvfSelfAdaptation.Tasks;

public class MixtureTests
{
    private static readonly MixtureOptions Options = new()
    {
        Rows = 4000, English = 0.3, Terse = 0.2, Routing = 0.05, Tasks = new Dictionary<string, double> { ["math"] = 3, ["code"] = 1 },
    };

    private static readonly EnglishText English = EnglishText.Read(new MLContext(), null, 100, 24);

    [Test]
    public void Rows_HaveTheSharesAskedFor()
    {
        var rows = Mixture.Rows(Options, English, seed: 1).ToList();
        Assert.That(rows, Has.Count.EqualTo(4000));
        var routed = rows.Where(row => row.Prompt.StartsWith("kind ", StringComparison.Ordinal)).ToList();
        var tasks = rows.Where(row => row.Completion.Contains('#')).ToList();
        Assert.That(routed.Count / 4000.0, Is.EqualTo(0.05).Within(0.015));
        Assert.That(tasks.Count / 4000.0, Is.EqualTo(0.65).Within(0.03));
        Assert.That(tasks.Count(row => row.Completion[0] == '#') / (double)tasks.Count, Is.EqualTo(0.2).Within(0.03));
        Assert.That(tasks.Count(row => row.Prompt.Contains('>')) / (double)tasks.Count, Is.EqualTo(0.25).Within(0.03));
        Assert.That(routed.Select(row => row.Completion).Distinct(), Is.EquivalentTo(TaskTable.Labels));
    }

    [Test]
    public void Questions_AreOfTheirSplitAlone()
    {
        foreach (var row in Mixture.Rows(Options, English, seed: 2).Where(row => row.Completion.Contains('#')))
            Assert.That(ItemSplits.Of(row.Prompt), Is.EqualTo(ItemSplit.Pretraining));
    }

    [Test]
    public void Spell_KeepsWhatTheVocabularyHas() =>
        Assert.That(TaskVocabulary.Spell("  “It’s\n\n5 o’clock,” SAID Ann — twice. "), Is.EqualTo("it's 5 o'clock, said ann twice."));

    [Test]
    public void Faults_NameEveryFault()
    {
        var faults = (Options with { Rows = 0, English = 2, Tasks = new Dictionary<string, double> { ["sums"] = -1 } }).Faults();
        Assert.That(string.Join('\n', faults), Does.Contain("Rows is 0").And.Contain("English is 2")
            .And.Contain("'sums'").And.Contain("is -1").And.Contain("no weight"));
    }
}

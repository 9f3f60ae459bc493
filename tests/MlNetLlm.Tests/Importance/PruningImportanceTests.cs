using Microsoft.ML;
using MlNetLlm.Ablation;
using MlNetLlm.Communities;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Pruning;
using MlNetLlm.Tests.Contracts;
using MlNetLlm.Tests.LanguageModels;

namespace MlNetLlm.Tests.Importance;

/// <summary>Importance by what pruning keeps, and by what ablation costs.</summary>
public sealed class PruningImportanceTests
{
    private static readonly ImportanceOptions _published = new()
    {
        Score = ImportanceScore.PrunedAccuracy, RowsPerDataSet = 4, EvaluationRows = 20,
    };

    private readonly MLContext _ml = new(1);
    private readonly IReadOnlyList<ImportanceToys.Row> _rows = ImportanceToys.Rows(24, 3, "one", "two", "three");
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = new LanguageModel(
        ToyModels.Create(ToyModels.Llama with { VocabularySize = 12, Layers = 4 }), Toy.Model().Tokenizer);

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [TestCase(0.05)]
    [TestCase(0.2)]
    [TestCase(0.5)]
    [TestCase(0.6)]
    public void Published_BlockPruning_KnowsTwoSharesADataSet_AndChannelPruningOne(double ratio)
    {
        var block = Fit(_published with { Ratio = ratio });
        foreach (var set in block.Pruned)
        {
            Assert.That(set.Retained.Distinct().Count(), Is.LessThanOrEqualTo(2), set.DataSet);
            Assert.That(Shares(set, attention: true).Distinct().Count(), Is.EqualTo(1), "attention");
            Assert.That(Shares(set, attention: false).Distinct().Count(), Is.EqualTo(1), "feed-forward");
        }
        Assert.That(block.Pruned.Select(set => string.Join(' ', set.Retained)).Distinct().Count(), Is.EqualTo(1), "whatever the data set");
        var channel = Fit(_published with { Ratio = ratio, Scheme = PruneScheme.Channel });
        Assert.That(channel.Pruned.SelectMany(set => set.Retained).Distinct().Count(), Is.EqualTo(1));
        Assert.That(channel.Pruned.Select(set => set.Flat), Is.All.True);
        Assert.That(channel.Matrix.Values, Is.All.Zero);

        IEnumerable<double> Shares(PrunedSet set, bool attention) => block.Modules.Zip(set.Retained)
            .Where(pair => pair.First.Name.Contains("attention", StringComparison.Ordinal) == attention).Select(pair => pair.Second);
    }

    [Test]
    public void Published_IsTheFormulaOfTheTwoAccuracies()
    {
        var fitted = Fit(_published with { Ratio = 0.3 });
        Assert.That(fitted.Examples, Is.All.EqualTo(4));
        for (var d = 0; d < 3; d++)
        {
            var set = fitted.Pruned[d];
            var expected = PublishedImportance.Of(set.Accuracy, set.PrunedAccuracy, set.Retained, out var flat);
            Assert.That(Enumerable.Range(0, fitted.Modules.Count).Select(m => fitted.Matrix.Values[d, m]), Is.EqualTo(expected));
            Assert.That(set.Flat, Is.EqualTo(flat));
            Assert.That(set.Accuracy * 20, Is.EqualTo(Math.Round(set.Accuracy * 20)).Within(1e-9), "of 20 rows");
        }
    }

    [Test]
    public void Published_Accuracy_IsThatOfScoreChoices()
    {
        var rows = _rows.Where(row => row.DataSet == "one").ToList();
        var fitted = Fit(_published, rows);
        var reader = new CalibrationReader(_published);
        var held = reader.Read(ImportanceToys.View(rows), 4, 20, default).Single().Rows;
        var view = ImportanceToys.View(held.Select(row => new ImportanceToys.Row
        {
            Prompt = row.Question.Prompt, Continuations = [.. row.Question.Continuations], Label = (uint)row.Answer,
        }));
        var scored = _ml.LanguageModels().ScoreChoices(_model, new ScoreChoicesOptions()).Fit(view).Transform(view);
        Assert.That(fitted.Pruned[0].Accuracy, Is.EqualTo(_ml.MulticlassClassification.Evaluate(scored).MicroAccuracy).Within(1e-9));
    }

    [Test]
    public void Published_WithoutRowsToAnswer_SaysSo() => Assert.That(
        () => Fit(_published with { RowsPerDataSet = 24 }),
        Throws.TypeOf<InvalidDataException>().With.Message.Contains("24 are for calibration, so none is left"));

    [Test]
    public void Retention_SaysWhichUnitsGlobalPruningKeeps()
    {
        var options = new ImportanceOptions
        {
            Score = ImportanceScore.Retention, Granularity = ModuleGranularity.Units, ChannelGroups = 3, Ratio = 0.4, RowsPerDataSet = 0,
        };
        var fitted = Fit(options, _rows.Where(row => row.DataSet == "two"));
        var parts = _ml.LanguageModels().Prune(
                _model, new PruneOptions { Selection = PruneSelection.Global, Ratio = 0.4, RowsPerDataSet = 0 })
            .Fit(ImportanceToys.View(_rows.Where(row => row.DataSet == "two"))).Learned;
        for (var m = 0; m < fitted.Modules.Count; m++)
        {
            var module = fitted.Modules[m];
            var expected = module.Kind == ModuleKind.Head
                ? parts.Heads[module.Layer].Contains(module.Index) ? 1 : 0
                : parts.Channels[module.Layer].Count(unit => unit / 4 == module.Index) / 4.0;
            Assert.That(fitted.Matrix.Values[0, m], Is.EqualTo(expected), module.Name);
        }
        var kept = fitted.Modules.Select((module, m) => module.Parameters * fitted.Matrix.Values[0, m]).Sum();
        Assert.That(kept / fitted.Modules.Sum(module => module.Parameters), Is.InRange(0.6, 0.75));
        Assert.That(fitted.Matrix.Values.Cast<double>().Distinct().Count(), Is.GreaterThan(2), "layers differ");
    }

    [TestCase(ModuleGranularity.Matrices)]
    [TestCase(ModuleGranularity.Units)]
    public void MeanAblation_IsTheRiseOfTheLoss(ModuleGranularity granularity)
    {
        var options = new ImportanceOptions { Score = ImportanceScore.MeanAblation, Granularity = granularity, RowsPerDataSet = 0 };
        var fitted = Fit(options);
        var means = ModuleMeans.Of(_model, ImportanceToys.View(_rows), new AblateOptions { RowsPerDataSet = 0 });
        foreach (var m in new[] { 0, 5, fitted.Modules.Count - 1 })
        {
            using var ablated = means.Ablate(_model, [fitted.Modules[m].Name]);
            Assert.That(fitted.Matrix.Values[1, m], Is.EqualTo(Loss(ablated, "two") - Loss(_model, "two")).Within(2e-5));
        }
        Assert.That(fitted.Matrix.Values.Cast<double>().Max(), Is.GreaterThan(0.01));
        Assert.That(fitted.Matrix.NotNegative().Values, Is.All.GreaterThanOrEqualTo(0));
    }

    [Test]
    public void MeanAblation_ReportsModuleAfterModule()
    {
        var seen = new List<string>();
        var options = new ImportanceOptions { Score = ImportanceScore.MeanAblation, Layers = "3" };
        var estimator = _ml.LanguageModels().ModuleImportance(_model, options, new Listener(p => seen.Add($"{p.Name} {p.Done}/{p.Total}")));
        estimator.Fit(ImportanceToys.View(_rows));
        Assert.That(seen, Has.Count.EqualTo(7));
        Assert.That(seen[0], Is.EqualTo("layers.3.attention.query 1/7"));
    }

    private ModuleImportanceTransformer Fit(ImportanceOptions options, IEnumerable<ImportanceToys.Row>? rows = null) =>
        _ml.LanguageModels().ModuleImportance(_model, options).Fit(ImportanceToys.View(rows ?? _rows));

    // Mean -log p(answer | prompt), by ScoreChoices.
    private double Loss(LanguageModel model, string set)
    {
        var rows = _rows.Where(row => row.DataSet == set).ToList();
        var questions = rows.Select(row => new ChoiceQuestion(row.Prompt, [row.Answer])).ToList();
        return -ChoiceScorer.Score(model, questions, 2048).Average(found => found.LogLikelihoods[0]);
    }

    private sealed class Listener(Action<ImportanceProgress> take) : IProgress<ImportanceProgress>
    {
        public void Report(ImportanceProgress value) => take(value);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Importance;

public sealed class ModuleImportanceTests
{
    private static readonly ImportanceOptions _options = new() { RowsPerDataSet = 4 };

    private readonly MLContext _ml = new(1);
    private LanguageModel _model = null!;

    [OneTimeSetUp]
    public void MakeModel() => _model = Toy.Model();

    [OneTimeTearDown]
    public void FreeModel() => _model.Dispose();

    [Test]
    public void Fit_GivesAMatrixOfDataSetsAndModules()
    {
        var fitted = Fit(_options);
        Assert.That(fitted.Matrix.Rows, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(fitted.Matrix.Columns, Is.EqualTo(_model.Module.Projections.Select(p => p.Name)));
        Assert.That(fitted.Matrix.Values, Is.All.GreaterThan(0));
        Assert.That(fitted.Examples, Is.EqualTo(new[] { 4, 4 }));
        Assert.That(fitted.Pruned, Is.Empty);
    }

    [Test]
    public void Fit_ReadsTheAnswerOrTheLabel_WithTheSameResult() => Assert.That(
        Fit(_options with { AnswerColumn = "Answer" }).Matrix.Values, Is.EqualTo(Fit(_options).Matrix.Values));

    [Test]
    public void Fit_DoesNotDependOnHowRowsAreBatched()
    {
        var (whole, single) = (Fit(_options).Matrix.Values, Fit(_options with { BatchTokens = 1 }).Matrix.Values);
        foreach (var (a, b) in whole.Cast<double>().Zip(single.Cast<double>()))
            Assert.That(b, Is.EqualTo(a).Within(0.01).Percent);
    }

    [Test]
    public void Fit_OfOneDataSet_IsItsRowAmongSeveral()
    {
        var rows = ImportanceToys.Rows();
        var apart = ModuleImportanceTransformer.Join(
            Fit(_options, rows.Where(row => row.DataSet == "one")), Fit(_options, rows.Where(row => row.DataSet == "two")));
        Assert.That(apart.Matrix.Values, Is.EqualTo(Fit(_options, rows).Matrix.Values));
        Assert.That(apart.Matrix.Rows, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(() => ModuleImportanceTransformer.Join(apart, apart), Throws.ArgumentException.With.Message.Contains("stands twice"));
        Assert.That(
            () => ModuleImportanceTransformer.Join(apart, Fit(_options with { Layers = "1" }, rows)),
            Throws.ArgumentException.With.Message.Contains("14 of one and 7 of another"));
    }

    [Test]
    public void Layers_LeaveTheOthersOut() =>
        Assert.That(Fit(_options with { Layers = "1" }).Modules.Select(m => m.Layer).Distinct(), Is.EqualTo(new[] { 1 }));

    [Test]
    public void Ranges_OfOneSeed_HaveNoRowInCommonAndCoverAll()
    {
        var rows = ImportanceToys.Rows(10);
        for (var i = 0; i < rows.Count; i++) rows[i].Prompt = $"{i}";
        var reader = new CalibrationReader(_options);
        var halves = new[] { 0, 5 }.Select(skip => Prompts(reader.Read(ImportanceToys.View(rows), skip, 5, default))).ToList();
        Assert.That(halves[0].Intersect(halves[1]), Is.Empty);
        Assert.That(halves[0].Concat(halves[1]), Is.EquivalentTo(rows.Select(row => row.Prompt)));
        Assert.That(Prompts(reader.Read(ImportanceToys.View(rows), 0, 5, default)), Is.EqualTo(halves[0]));
        Assert.That(Prompts(new CalibrationReader(_options with { Seed = 2 }).Read(ImportanceToys.View(rows), 0, 5, default)),
            Is.Not.EquivalentTo(halves[0]));
        Assert.That(halves[0], Is.Not.EquivalentTo(rows.Take(10).Select(row => row.Prompt)), "the first rows are no sample");

        static string[] Prompts(IReadOnlyList<(string, IReadOnlyList<LabelledQuestion> Rows)> sets) =>
            [.. sets.SelectMany(set => set.Rows).Select(row => row.Question.Prompt)];
    }

    [Test]
    public void Transform_AddsTheImportancesOfTheRowsDataSet()
    {
        var rows = ImportanceToys.Rows(2);
        var fitted = Fit(_options, rows);
        var view = fitted.Transform(ImportanceToys.View(rows));
        var column = view.Schema[ImportanceColumns.Importance];
        var slots = default(VBuffer<ReadOnlyMemory<char>>);
        column.GetSlotNames(ref slots);
        Assert.That(slots.DenseValues().Select(name => name.ToString()), Is.EqualTo(fitted.Matrix.Columns));
        var second = view.GetColumn<float[]>(column).ElementAt(1);
        Assert.That(second, Is.EqualTo(Enumerable.Range(0, 14).Select(m => (float)fitted.Matrix.Values[1, m])));
        Assert.That(
            () => fitted.Transform(ImportanceToys.View(ImportanceToys.Rows(1, sets: "three"))).GetColumn<float[]>("Importance").ToList(),
            Throws.InstanceOf<Exception>().With.Message.Contains("data set 'three' was not measured; it was for 'one', 'two'"));
    }

    [Test]
    public void Rows_ListEveryEntry()
    {
        var fitted = Fit(_options);
        var rows = fitted.Rows;
        Assert.That(rows.Schema.Select(c => c.Name), Is.EqualTo(new[] { "DataSet", "Module", "Layer", "Kind", "Score", "Parameters" }));
        Assert.That(rows.GetColumn<double>("Score"), Is.EqualTo(fitted.Matrix.Values.Cast<double>()));
        Assert.That(rows.GetColumn<string>("Module").Take(14), Is.EqualTo(fitted.Matrix.Columns));
        Assert.That(rows.GetColumn<long>("Parameters").First(), Is.EqualTo(64));
        Assert.That(rows.GetColumn<string>("Kind").ElementAt(20), Is.EqualTo("Down"));
        Assert.That(rows.GetColumn<int>("Layer").ElementAt(13), Is.EqualTo(1));
    }

    [Test]
    public void Profiles_AreTheMatrixColumnByColumn()
    {
        var fitted = Fit(_options with { Granularity = ModuleGranularity.Units });
        var profiles = fitted.Profiles.GetColumn<float[]>(ImportanceColumns.Features).ToList();
        Assert.That(profiles, Has.Count.EqualTo(2 * (2 + 4)));
        Assert.That(profiles[3], Is.EqualTo(new[] { (float)fitted.Matrix.Values[0, 3], (float)fitted.Matrix.Values[1, 3] }));
    }

    [Test]
    public void Fit_OnBadRows_SaysWhichAndWhy()
    {
        var rows = ImportanceToys.Rows(2);
        rows[2].Label = 3;
        Assert.That(() => Fit(_options, rows),
            Throws.TypeOf<InvalidDataException>().With.Message.Contains("Row 3 has 3 choices and its label 'Label' is missing"));
        Assert.That(() => Fit(_options with { SkipRows = 10 }), Throws.TypeOf<InvalidDataException>().With.Message.Contains(
            "Data set 'one' has 10 rows, and 10 are left out"));
        Assert.That(() => Fit(_options, []), Throws.TypeOf<InvalidDataException>().With.Message.Contains("no rows"));
        Assert.That(() => Fit(_options with { LabelColumn = "Answer" }),
            Throws.ArgumentException.With.Message.Contains("Column 'Answer' is String; expected a key"));
    }

    [Test]
    public void Create_WithFaultyOptions_NamesEveryFault() => Assert.That(
        () => _ml.LanguageModels().ModuleImportance(_model, new ImportanceOptions
        {
            RowsPerDataSet = -1, Ratio = 1, Score = ImportanceScore.Retention, Layers = "x", DataSetColumn = null, EvaluationRows = 0,
        }),
        Throws.ArgumentException.With.Message.Contains("RowsPerDataSet is -1").And.Message.Contains("Ratio is 1")
            .And.Message.Contains("Score is Retention and Granularity is Matrices").And.Message.Contains("Layers = 'x'")
            .And.Message.Contains("DataSetColumn is null").And.Message.Contains("EvaluationRows is 0"));

    [Test]
    public void Fit_ReportsAndStops()
    {
        var seen = new List<ImportanceProgress>();
        using var stop = new CancellationTokenSource();
        var estimator = _ml.LanguageModels().ModuleImportance(_model, _options, new Listener(seen.Add, stop), stop.Token);
        Assert.That(() => estimator.Fit(ImportanceToys.View(ImportanceToys.Rows())), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(seen, Is.EqualTo(new[] { new ImportanceProgress("one", 1, 2) }));
    }

    private ModuleImportanceTransformer Fit(ImportanceOptions options, IEnumerable<ImportanceToys.Row>? rows = null) =>
        _ml.LanguageModels().ModuleImportance(_model, options).Fit(ImportanceToys.View(rows ?? ImportanceToys.Rows()));

    private sealed class Listener(Action<ImportanceProgress> take, CancellationTokenSource stop) : IProgress<ImportanceProgress>
    {
        public void Report(ImportanceProgress value)
        {
            take(value);
            stop.Cancel();
        }
    }
}

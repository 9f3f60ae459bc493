using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Tests.Contracts;

/// <summary>The laws of every step with a score for each class, as fitted and out of a model file.</summary>
[TestFixtureSource(typeof(ClassifierCase), nameof(ClassifierCase.All))]
public sealed class ClassifierContractTests(ClassifierCase classifier)
{
    private readonly MLContext _ml = new(1);
    private IDataView _data = null!;
    private ITransformer _fitted = null!;

    [OneTimeSetUp]
    public void Fit()
    {
        _data = classifier.Data(_ml);
        _fitted = classifier.Create(_ml).Fit(_data);
    }

    [Test]
    public void Save_ThenLoad_KeepsTheNamesOfTheClasses()
    {
        var (live, loaded) = (_fitted.Transform(_data), SavedStep.Reloaded(_ml, _fitted, _data.Schema).Transform(_data));
        foreach (var scored in new[] { live, loaded })
        {
            Assert.That(Texts(scored.Schema["Score"].Annotations, "SlotNames"), Is.EqualTo(classifier.Classes));
            foreach (var name in classifier.Classes) Assert.That(Table(scored), Does.Contain(name));
        }
        Assert.That(Table(loaded), Is.EqualTo(Table(live)));
        Assert.That(Predicted(loaded), Is.EqualTo(Predicted(live)));
        Assert.That(Visible(loaded.Schema), Is.EquivalentTo(Visible(live.Schema)), "names are columns for a moment only");
        Assert.That(Scores(loaded), Is.EqualTo(Scores(live)).Within(1e-6));
    }

    [Test]
    public void Save_ThenLoad_WithAColumnNamedAsAClass_KeepsTheColumn()
    {
        var column = classifier.Classes[0];
        var data = _ml.Transforms.CopyColumns(column, classifier.Label).Fit(_data).Transform(_data);
        var fitted = classifier.Create(_ml).Fit(data);
        var loaded = SavedStep.Reloaded(_ml, fitted, data.Schema).Transform(data);
        Assert.That(loaded.GetColumn<uint>(column), Is.EqualTo(data.GetColumn<uint>(classifier.Label)));
        Assert.That(Visible(loaded.Schema), Is.EquivalentTo(Visible(fitted.Transform(data).Schema)));
        Assert.That(Scores(loaded), Is.EqualTo(Scores(fitted.Transform(data))).Within(1e-6));
    }

    [Test]
    public void Save_ThenLoad_NeedsNoLabel()
    {
        var rows = _ml.Transforms.DropColumns(classifier.Label).Fit(_data).Transform(_data);
        var loaded = SavedStep.Reloaded(_ml, _fitted, rows.Schema).Transform(rows);
        Assert.That(Scores(loaded), Is.EqualTo(Scores(_fitted.Transform(rows))).Within(1e-6));
    }

    private string Table(IDataView scored) =>
        _ml.MulticlassClassification.Evaluate(scored, classifier.Label).ConfusionMatrix.GetFormattedConfusionTable();

    private IReadOnlyList<string> Predicted(IDataView scored) => ColumnText.Of(_ml.Transforms.Conversion.MapKeyToValue("PredictedLabel")
        .Append(_ml.Transforms.SelectColumns("PredictedLabel")).Fit(scored).Transform(scored));

    private static float[] Scores(IDataView scored) => [.. scored.GetColumn<float[]>("Score").SelectMany(row => row)];

    private static IEnumerable<string> Visible(DataViewSchema schema) => schema.Where(c => !c.IsHidden).Select(c => $"{c.Name}: {c.Type}");

    private static string[] Texts(DataViewSchema.Annotations annotations, string kind)
    {
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        annotations.GetValue(kind, ref texts);
        return [.. texts.DenseValues().Select(text => text.ToString())];
    }
}

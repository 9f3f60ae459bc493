using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Communities;
using MlNetLlm.Importance;
using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests.Importance;

public sealed class ModuleClustersTests
{
    private readonly MLContext _ml = new(1);
    private ModuleImportanceTransformer _importance = null!;

    [OneTimeSetUp]
    public void Measure()
    {
        using var model = Toy.Model();
        _importance = _ml.LanguageModels().ModuleImportance(model).Fit(ImportanceToys.View(ImportanceToys.Rows(4)));
    }

    [Test]
    public void Evaluate_OfMLNet_AgreesWithOurOwnMeasures()
    {
        // Fourteen matrices in three communities; what is known of them is whether they are attention.
        var communities = Partition.Of(Enumerable.Range(0, 14).Select(i => i % 7 < 3 ? 0 : i < 7 ? 1 : 2));
        string[] labels = [.. _importance.Modules.Select(m => m.Name.Contains("attention") ? "attention" : "feed-forward")];
        var rows = ModuleClusters.Of(_importance, communities, labels);
        var metrics = _ml.Clustering.Evaluate(
            rows, ModuleClusters.Label, ModuleClusters.Score, ImportanceColumns.Features);
        var known = Partition.Of(labels);
        var expected = Agreement.MutualInformation(communities, known) / Agreement.MutualInformation(known, known);
        Assert.That(metrics.NormalizedMutualInformation, Is.EqualTo(expected).Within(1e-9));
        Assert.That(metrics.AverageDistance, Is.Zero);
        Assert.That(metrics.DaviesBouldinIndex, Is.Positive);
    }

    [Test]
    public void Of_NamesCommunitiesAndLabels()
    {
        var rows = ModuleClusters.Of(_importance, Partition.Of(_importance.Modules.Select(m => m.Layer)),
            [.. _importance.Modules.Select(m => $"{m.Kind}")]);
        var names = default(VBuffer<ReadOnlyMemory<char>>);
        rows.Schema[ModuleClusters.Label].GetKeyValues(ref names);
        Assert.That(names.DenseValues().Select(name => name.ToString()),
            Is.EqualTo(new[] { "Down", "Gate", "Key", "Output", "Query", "Up", "Value" }));
        Assert.That(rows.GetColumn<uint>(ModuleClusters.PredictedLabel).Distinct(), Is.EqualTo(new uint[] { 1, 2 }));
        Assert.That(rows.GetColumn<float[]>(ModuleClusters.Score).Last(), Is.EqualTo(new float[] { 1, 0 }));
    }

    [Test]
    public void Of_WithAnotherNumberOfNodes_IsRefused() => Assert.That(
        () => ModuleClusters.Of(_importance, Partition.Whole(3), ["a", "b", "c"]),
        Throws.ArgumentException.With.Message.Contains("There are 14 modules, the partition has 3 and the labels are 3"));
}

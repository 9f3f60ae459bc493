using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Communities;
using MlNetLlm.Data;
using MlNetLlm.MultipleChoice;

namespace MlNetLlm.Importance;

/// <summary>Communities of modules as the rows that ML.NET's <c>Clustering.Evaluate</c> reads.</summary>
public static class ModuleClusters
{
    /// <summary>The community of a module (Key).</summary>
    public const string PredictedLabel = "PredictedLabel";

    /// <summary>0 at a module's community and 1 at all others (Vector of Single): the nearest cluster is the community.</summary>
    public const string Score = "Score";

    /// <summary>What is known of a module, such as the owner of its layer (Key).</summary>
    public const string Label = "Label";

    /// <summary>
    /// A row for each module: Module, Features (its importances over the data sets), Score, PredictedLabel and Label.
    /// </summary>
    /// <param name="importance">The importances; its modules are those of the partition, in the same order.</param>
    /// <param name="communities">The community of each module.</param>
    /// <param name="labels">What is known of each module.</param>
    /// <returns>
    /// Rows for <c>ml.Clustering.Evaluate(rows, labelColumnName: "Label", featureColumnName: "Features")</c>. Its mutual information is
    /// normalised by the entropy of the labels; its average distance is 0 by construction and says nothing.
    /// </returns>
    /// <exception cref="ArgumentException">Modules, communities and labels are not equally many.</exception>
    public static IDataView Of(ModuleImportanceTransformer importance, Partition communities, IReadOnlyList<string> labels)
    {
        var modules = importance.Modules.Count;
        if (communities.NodeCount != modules || labels.Count != modules)
            throw new ArgumentException(
                $"There are {modules} modules, the partition has {communities.NodeCount} and the labels are {labels.Count}.");
        string[] names = [.. labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        string[] groups = [.. Enumerable.Range(0, communities.Count).Select(group => $"{group}")];
        return new RowsView<int>(
            () => Enumerable.Range(0, modules),
            new(ImportanceColumns.Module, TextDataViewType.Instance, (int m) => importance.Modules[m].Name.AsMemory()),
            new(ImportanceColumns.Features, ImportanceColumns.Vector(importance.Matrix.Rows.Count), (int m) => Features(importance, m)),
            new(Score, ImportanceColumns.Vector(groups.Length), (int m) => Distances(groups.Length, communities[m])),
            new(PredictedLabel, new KeyDataViewType(typeof(uint), groups.Length), (int m) => (uint)communities[m] + 1,
                KeyNames.Annotations(groups)),
            new(Label, new KeyDataViewType(typeof(uint), names.Length), (int m) => (uint)Array.IndexOf(names, labels[m]) + 1,
                KeyNames.Annotations(names)));
    }

    private static VBuffer<float> Features(ModuleImportanceTransformer importance, int m)
    {
        float[] values = [.. Enumerable.Range(0, importance.Matrix.Rows.Count).Select(d => (float)importance.Matrix.Values[d, m])];
        return new VBuffer<float>(values.Length, values);
    }

    private static VBuffer<float> Distances(int groups, int own)
    {
        var distances = new float[groups];
        Array.Fill(distances, 1);
        distances[own] = 0;
        return new VBuffer<float>(groups, distances);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Importance;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// A model with, for the positive control, the owners of its layers: each function's questions then run through a model of their own.
/// </summary>
internal sealed class SubjectModel(MLContext ml, LanguageModel model, LayerOwnership? ownership) : IDisposable
{
    /// <summary>The model.</summary>
    public LanguageModel Model => model;

    /// <summary>Right answers and questions of each data set.</summary>
    public IReadOnlyDictionary<string, (int Right, int Questions)> Accuracies(IQuestions questions) =>
        Accuracies(questions, questions.Test);

    /// <summary>The same on other questions than the test's: all, or those of a function's sets.</summary>
    public IReadOnlyDictionary<string, (int Right, int Questions)> Accuracies(IQuestions questions, Func<string?, IDataView> asked) =>
        OfParts(questions, (part, function) => Accuracies(ml, part, asked(function))).SelectMany(counts => counts).ToDictionary();

    /// <summary>The importance of every module for every data set, rows in the order of the data sets.</summary>
    public (MatrixTable Table, IReadOnlyList<PrunedSet> Pruned) Importance(
        IQuestions questions, ImportanceOptions options, CancellationToken cancellation)
    {
        var parts = OfParts(questions, (part, function) => ml.LanguageModels()
            .ModuleImportance(part, options, cancellationToken: cancellation).Fit(questions.Calibration(function)));
        var joined = parts.Count == 1 ? parts[0] : ModuleImportanceTransformer.Join(parts);
        return (MatrixTable.Of(joined.Matrix, [.. questions.Sets.Select(set => set.Name)]), joined.Pruned);
    }

    /// <summary>Right answers and questions of each data set in a view.</summary>
    public static IReadOnlyDictionary<string, (int Right, int Questions)> Accuracies(MLContext ml, LanguageModel model, IDataView view)
    {
        var scored = ml.LanguageModels().ScoreChoices(model).Fit(view).Transform(view);
        var (set, label, predicted) = (scored.Schema["DataSet"], scored.Schema["Label"], scored.Schema["PredictedLabel"]);
        using var cursor = scored.GetRowCursor([set, label, predicted]);
        var getSet = cursor.GetGetter<ReadOnlyMemory<char>>(set);
        var (getLabel, getPredicted) = (cursor.GetGetter<uint>(label), cursor.GetGetter<uint>(predicted));
        var (name, right, taken) = (default(ReadOnlyMemory<char>), 0u, 0u);
        var counts = new Dictionary<string, (int Right, int Questions)>(StringComparer.Ordinal);
        while (cursor.MoveNext())
        {
            getSet(ref name);
            getLabel(ref right);
            getPredicted(ref taken);
            var (soFar, questions) = counts.GetValueOrDefault(name.ToString());
            counts[name.ToString()] = (soFar + (taken == right ? 1 : 0), questions + 1);
        }
        return counts;
    }

    /// <summary>The share of right answers over all sets of a view.</summary>
    public static double Accuracy(MLContext ml, LanguageModel model, IDataView view)
    {
        var counts = Accuracies(ml, model, view).Values;
        return (double)counts.Sum(count => count.Right) / counts.Sum(count => count.Questions);
    }

    public void Dispose() => model.Dispose();

    // The model, or one function's after the other: each lives while it is measured.
    private List<T> OfParts<T>(IQuestions questions, Func<LanguageModel, string?, T> measure) => ownership is null
        ? [measure(model, null)]
        : [.. questions.Sets.Select(set => set.Function).Distinct().Select(function =>
        {
            using var part = ownership.ModelFor(model, function);
            return measure(part, function);
        })];
}

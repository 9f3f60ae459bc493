using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Tests.Contracts;

/// <summary>Laws of a step in an ML.NET model file.</summary>
internal static class SavedStep
{
    /// <summary>A step that trains a model reads nothing when it transforms, as it was fitted and once it was saved and loaded.</summary>
    public static void PassesOtherRows(MLContext ml, ITransformer fitted)
    {
        var other = ml.Data.LoadFromEnumerable([new { Question = "?", Number = 1f }, new { Question = "!", Number = 2f }]);
        var loaded = Reloaded(ml, fitted, other.Schema);
        var (live, read) = (fitted.Transform(other), loaded.Transform(other));
        Assert.That(read.Schema.Where(column => !column.IsHidden).Select(column => $"{column.Name}: {column.Type}"),
            Is.EquivalentTo(live.Schema.Select(column => $"{column.Name}: {column.Type}")));
        Assert.That(read.GetColumn<string>("LanguageModel"), Is.EqualTo(live.GetColumn<string>("LanguageModel").ToArray()).And.Exactly(2).Items);
        Assert.That(read.GetColumn<float>("Number"), Is.EqualTo(new[] { 1f, 2f }));
    }

    /// <summary>A transformer out of a model file.</summary>
    public static ITransformer Reloaded(MLContext ml, ITransformer fitted, DataViewSchema schema)
    {
        using var file = new MemoryStream();
        ml.Model.Save(fitted, schema, file);
        file.Position = 0;
        return new MLContext(1).Model.Load(file, out _);
    }
}

using System.Collections.Concurrent;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Mapping;

namespace MlNetLlm.FineTuning;

/// <summary>
/// How a fitted model travels down a pipeline: a text column names it by fingerprint, and an annotation of that column leads a later
/// estimator's Fit to the live object. Nothing but text is stored, so any ML.NET component may stand in between.
/// </summary>
internal static class ModelColumn
{
    public const string Name = "LanguageModel";
    private const string Annotation = "LanguageModelId";

    // Held weakly: the transformer that made the model keeps it alive.
    private static readonly ConcurrentDictionary<string, WeakReference<LanguageModel>> Live = new();
    private static long _next;

    /// <summary>The column as an estimator promises it, before there is a model.</summary>
    public static IReadOnlyList<OutputColumn<string>> Promised { get; } = [OutputColumn<string>.OfText(Name, fingerprint => fingerprint)];

    /// <summary>The annotations that lead from the column to one model.</summary>
    public static DataViewSchema.Annotations AnnotationsFor(LanguageModel model)
    {
        foreach (var (id, reference) in Live)
            if (!reference.TryGetTarget(out _)) Live.TryRemove(id, out _);
        var key = $"{Interlocked.Increment(ref _next)}";
        Live[key] = new WeakReference<LanguageModel>(model);
        var annotations = new DataViewSchema.Annotations.Builder();
        annotations.AddPrimitiveValue(Annotation, TextDataViewType.Instance, key.AsMemory());
        return annotations.ToAnnotations();
    }

    /// <summary>The model an earlier step of this pipeline produced.</summary>
    /// <exception cref="InvalidOperationException">No earlier step produced one, or it came from a saved pipeline.</exception>
    public static LanguageModel Find(DataViewSchema schema)
    {
        if (schema.GetColumnOrNull(Name) is { } column && column.Annotations.Schema.GetColumnOrNull(Annotation) is not null)
        {
            var id = default(ReadOnlyMemory<char>);
            column.Annotations.GetValue(Annotation, ref id);
            if (Live.TryGetValue(id.ToString(), out var reference) && reference.TryGetTarget(out var model)) return model;
        }
        throw new InvalidOperationException(
            "No step before this one produced a language model. Put it after a fine-tuning or pre-training step of the same pipeline, "
            + "or pass the model to it.");
    }
}

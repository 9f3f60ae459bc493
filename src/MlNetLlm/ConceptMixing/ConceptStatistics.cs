using Microsoft.ML;
using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>How often and how strongly each concept of a teacher is active in a text, and where most.</summary>
public sealed class ConceptStatistics
{
    private const int ContextTokens = 8, ContextsKept = 5;

    private readonly long[] _counts;
    private readonly double[] _sums;
    private readonly List<(float Strength, string Context)>[] _contexts;

    private ConceptStatistics(int concepts) =>
        (_counts, _sums, _contexts) = (new long[concepts], new double[concepts], [.. Enumerable.Range(0, concepts)
            .Select(_ => new List<(float, string)>())]);

    /// <summary>How many positions were read.</summary>
    public long Positions { get; private set; }

    /// <summary>How many concepts there are.</summary>
    public int Concepts => _counts.Length;

    /// <summary>Share of the positions at which a concept is active.</summary>
    /// <param name="concept">The concept.</param>
    public double Frequency(int concept) => (double)_counts[concept] / Positions;

    /// <summary>A concept's mean activation where it is active; 0 when it never is.</summary>
    /// <param name="concept">The concept.</param>
    public double MeanStrength(int concept) => _counts[concept] == 0 ? 0 : _sums[concept] / _counts[concept];

    /// <summary>The texts before and at the positions where a concept is strongest, the strongest first.</summary>
    /// <param name="concept">The concept.</param>
    public IReadOnlyList<string> Contexts(int concept) => [.. _contexts[concept].Select(item => item.Context)];

    /// <summary>The concepts that are active most often, the most frequent first; those that never are left out.</summary>
    /// <param name="count">How many at most.</param>
    public IReadOnlyList<int> MostFrequent(int count) =>
        [.. Enumerable.Range(0, Concepts).Where(concept => _counts[concept] > 0).OrderByDescending(concept => _counts[concept])
            .Take(count)];

    internal static ConceptStatistics Of(
        ConceptTeacher teacher, IDataView data, LabelConceptsOptions options, CancellationToken cancellationToken)
    {
        using var quiet = no_grad();
        using var windows = TeacherWindows.Read(teacher, data, options.Reading(), cancellationToken);
        var statistics = new ConceptStatistics(teacher.Autoencoder.Latents);
        foreach (var batch in windows.Batches(0, windows.Count, options.BatchWindows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var tokens = tensor(batch.Tokens, [batch.Rows, batch.Time], device: teacher.Model.Module.TokenEmbedding.device);
            var states = TeacherPass.Numbers(teacher.Model.Module.Hidden(tokens, new ForwardOptions { Layers = teacher.Layer }));
            var codes = teacher.Autoencoder.EncodeAll(states);
            for (var position = 0; position < codes.Count; position++)
                for (var i = 0; i < codes[position].Latents.Count; i++)
                    statistics.Add(codes[position].Latents[i], codes[position].Strengths[i], () => Context(teacher, batch, position));
            statistics.Positions += codes.Count;
        }
        return statistics;
    }

    private void Add(int concept, float strength, Func<string> context)
    {
        _counts[concept]++;
        _sums[concept] += strength;
        var kept = _contexts[concept];
        if (kept.Count == ContextsKept && kept[^1].Strength >= strength) return;
        if (kept.Count == ContextsKept) kept.RemoveAt(ContextsKept - 1);
        var place = kept.FindIndex(item => item.Strength < strength);
        kept.Insert(place < 0 ? kept.Count : place, (strength, context()));
    }

    private static string Context(ConceptTeacher teacher, WindowBatch batch, int position)
    {
        var from = Math.Max(position / batch.Time * batch.Time, position - ContextTokens + 1);
        return teacher.Model.Tokenizer.Decode(batch.Tokens[from..(position + 1)].Select(id => (int)id)) ?? "";
    }
}

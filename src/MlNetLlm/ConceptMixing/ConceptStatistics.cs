using Microsoft.ML;
using MlNetLlm.LanguageModels;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// How often and how strongly each concept is active in a text, and where most: of a teacher by its autoencoder's activations, of a concept
/// model by the logits of the concepts it chooses.
/// </summary>
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

    /// <summary>A concept's mean activation, or logit, where it is active, or chosen; 0 when it never is.</summary>
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
        var statistics = new ConceptStatistics(teacher.Autoencoder.Latents);
        statistics.Read(teacher.Model, data, options, cancellationToken, batch =>
        {
            using var scope = NewDisposeScope();
            var tokens = tensor(batch.Tokens, [batch.Rows, batch.Time], device: teacher.Model.Module.TokenEmbedding.device);
            var states = TeacherPass.Numbers(teacher.Model.Module.Hidden(tokens, new ForwardOptions { Layers = teacher.Layer }));
            var codes = teacher.Autoencoder.EncodeAll(states);
            for (var position = 0; position < codes.Count; position++)
                for (var i = 0; i < codes[position].Latents.Count; i++)
                    statistics.Add(codes[position].Latents[i], codes[position].Strengths[i], teacher.Model, batch, position);
        });
        return statistics;
    }

    internal static ConceptStatistics Of(
        LanguageModel model, IDataView data, LabelConceptsOptions options, CancellationToken cancellationToken)
    {
        var insertion = ChosenConcepts.Require(model);
        var statistics = new ConceptStatistics(insertion.Concepts);
        statistics.Read(model, data, options, cancellationToken, batch =>
        {
            var chosen = ChosenConcepts.Of(model, batch.Tokens, batch.Rows);
            for (var i = 0; i < chosen.Concepts.Length; i++)
                statistics.Add(chosen.Concepts[i], chosen.Logits[i], model, batch, i / insertion.TopConcepts);
        });
        return statistics;
    }

    private void Read(
        LanguageModel model, IDataView data, LabelConceptsOptions options, CancellationToken cancellationToken, Action<WindowBatch> add)
    {
        using var windows = TeacherWindows.Read(model, data, options.Reading(), cancellationToken);
        foreach (var batch in windows.Batches(0, windows.Count, options.BatchWindows))
        {
            cancellationToken.ThrowIfCancellationRequested();
            add(batch);
            Positions += batch.Tokens.Length;
        }
    }

    private void Add(int concept, float strength, LanguageModel model, WindowBatch batch, int position)
    {
        _counts[concept]++;
        _sums[concept] += strength;
        var kept = _contexts[concept];
        if (kept.Count == ContextsKept && kept[^1].Strength >= strength) return;
        if (kept.Count == ContextsKept) kept.RemoveAt(ContextsKept - 1);
        var place = kept.FindIndex(item => item.Strength < strength);
        kept.Insert(place < 0 ? kept.Count : place, (strength, Context(model, batch, position)));
    }

    private static string Context(LanguageModel model, WindowBatch batch, int position)
    {
        var from = Math.Max(position / batch.Time * batch.Time, position - ContextTokens + 1);
        return model.Tokenizer.Decode(batch.Tokens[from..(position + 1)].Select(id => (int)id)) ?? "";
    }
}

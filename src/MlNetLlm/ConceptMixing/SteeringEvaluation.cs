using Microsoft.ML;
using MlNetLlm.Evaluation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.ConceptMixing;

/// <summary>Measures steering in numbers, for any model that can be steered by concept: the teacher itself, or a student.</summary>
public static class SteeringEvaluation
{
    /// <summary>Next-token logits of a steered model.</summary>
    /// <param name="concept">The concept.</param>
    /// <param name="strength">α; null = not steered at all.</param>
    /// <param name="prompts">Token ids, one length for all.</param>
    /// <returns>A vector of logits a prompt.</returns>
    public delegate IReadOnlyList<float[]> SteeredLogits(int concept, double? strength, IReadOnlyList<IReadOnlyList<int>> prompts);

    /// <summary>The teacher under its own steering: the concept is held at α times its mean activation.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="statistics">The mean activations.</param>
    public static SteeredLogits Of(ConceptTeacher teacher, ConceptStatistics statistics) => Of(
        teacher.Model, (concept, alpha) => new SteeredTeacher(teacher).Pass(concept, alpha * statistics.MeanStrength(concept)));

    /// <summary>A concept model under steering: the concept's logit is α times its mean where chosen, at every position.</summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="statistics">The mean logits, of the same model.</param>
    /// <param name="literal">Whether the concept's own logit is multiplied by α instead, where it is chosen.</param>
    /// <exception cref="ArgumentException">The model inserts no concepts.</exception>
    public static SteeredLogits Of(LanguageModel model, ConceptStatistics statistics, bool literal = false)
    {
        var steered = SteeredConceptModel.Of(model);
        return Of(model, (concept, alpha) => steered.Pass(concept, Value(statistics, concept, alpha, literal), literal));
    }

    /// <summary>
    /// A control: the same as <see cref="Of(LanguageModel, ConceptStatistics, bool)"/>, but with a random direction of the same length in
    /// place of each concept's column.
    /// </summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="statistics">The mean logits, of the same model.</param>
    /// <param name="seed">The seed of the directions; each concept has its own.</param>
    /// <exception cref="ArgumentException">The model inserts no concepts.</exception>
    public static SteeredLogits OfRandomDirections(LanguageModel model, ConceptStatistics statistics, long seed)
    {
        var norms = ConceptColumns.Norms(model);
        return Of(model, (concept, alpha) => new ForwardOptions
        {
            Held = new HeldConcept(concept, Value(statistics, concept, alpha, literal: false))
            {
                Direction = Direction(seed, concept, model.Config.Width, norms[concept]),
            },
        });
    }

    /// <summary>Measures every concept at every strength.</summary>
    /// <param name="model">The model that is steered.</param>
    /// <param name="meanings">The concepts and what they mean to the teacher, at least two.</param>
    /// <param name="strengths">The strengths α, ascending, at least two.</param>
    /// <param name="prompts">Held-out prompts: token ids, one length for all.</param>
    /// <param name="cancellationToken">Stops between two passes.</param>
    /// <returns>One outcome a concept, in the same order.</returns>
    public static IReadOnlyList<SteeringOutcome> Run(
        SteeredLogits model, IReadOnlyList<ConceptMeaning> meanings, IReadOnlyList<double> strengths,
        IReadOnlyList<IReadOnlyList<int>> prompts, CancellationToken cancellationToken = default)
    {
        if (meanings.Count < 2 || strengths.Count < 2)
            throw new ArgumentException(
                $"Steering is measured over at least 2 concepts and 2 strengths; got {meanings.Count} and {strengths.Count}.");
        var plain = model(meanings[0].Concept, null, prompts);
        return [.. meanings.Select(meaning => Outcome(model, meaning, meanings, strengths, prompts, plain, cancellationToken))];
    }

    /// <summary>What steering costs: the teacher's mean loss on a text, in nats, at each strength.</summary>
    /// <param name="teacher">The teacher.</param>
    /// <param name="statistics">The mean activations.</param>
    /// <param name="concept">The concept.</param>
    /// <param name="strengths">The strengths α.</param>
    /// <param name="data">The text, read once.</param>
    /// <param name="options">Column and windows; null = the defaults.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    /// <returns>One loss a strength, in their order.</returns>
    public static IReadOnlyList<double> Losses(
        ConceptTeacher teacher, ConceptStatistics statistics, int concept, IReadOnlyList<double> strengths, IDataView data,
        LabelConceptsOptions? options = null, CancellationToken cancellationToken = default) => Losses(
            new SteeredTeacher(teacher), statistics, concept, strengths, data, options, literal: false, cancellationToken);

    /// <summary>What steering costs: a concept model's mean loss on a text, in nats, at each strength.</summary>
    /// <param name="model">A model that inserts concepts.</param>
    /// <param name="statistics">The mean logits, of the same model.</param>
    /// <param name="concept">The concept.</param>
    /// <param name="strengths">The strengths α.</param>
    /// <param name="data">The text, read once.</param>
    /// <param name="options">Column and windows; null = the defaults.</param>
    /// <param name="literal">Whether the concept's own logit is multiplied by α instead, where it is chosen.</param>
    /// <param name="cancellationToken">Stops within a batch.</param>
    /// <returns>One loss a strength, in their order.</returns>
    /// <exception cref="ArgumentException">The model inserts no concepts.</exception>
    public static IReadOnlyList<double> Losses(
        LanguageModel model, ConceptStatistics statistics, int concept, IReadOnlyList<double> strengths, IDataView data,
        LabelConceptsOptions? options = null, bool literal = false, CancellationToken cancellationToken = default) => Losses(
            SteeredConceptModel.Of(model), statistics, concept, strengths, data, options, literal, cancellationToken);

    /// <summary>How often continuations use a concept's raised tokens.</summary>
    /// <param name="continuations">Token ids that were generated.</param>
    /// <param name="meaning">The concept.</param>
    /// <param name="level">Coverage of the interval.</param>
    /// <returns>
    /// The share of all tokens that are raised ones, with its interval. It takes tokens for independent, which those of one continuation
    /// are not: for a verdict resample whole continuations.
    /// </returns>
    public static ConfidenceInterval TokenRate(
        IEnumerable<IReadOnlyList<int>> continuations, ConceptMeaning meaning, double level = 0.95)
    {
        var raised = meaning.RaisedTokens.ToHashSet();
        var (hits, tokens) = (0L, 0L);
        foreach (var continuation in continuations)
            (hits, tokens) = (hits + continuation.Count(raised.Contains), tokens + continuation.Count);
        return Intervals.OfShare(hits, tokens, level);
    }

    private static SteeredLogits Of(LanguageModel model, Func<int, double, ForwardOptions> pass) => (concept, strength, prompts) =>
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var logits = ConceptMeaning.Logits(model, prompts, strength is { } alpha ? pass(concept, alpha) : ForwardOptions.None);
        return [.. TeacherPass.Numbers(logits).Chunk((int)logits.size(1))];
    };

    private static double[] Losses(
        SteeredModel model, ConceptStatistics statistics, int concept, IReadOnlyList<double> strengths, IDataView data,
        LabelConceptsOptions? options, bool literal, CancellationToken cancellationToken)
    {
        using var quiet = no_grad();
        options = (options ?? new LabelConceptsOptions()).Validated();
        using var windows = TeacherWindows.Read(model.Model, data, options.Reading(), cancellationToken);
        var passes = strengths.Select(alpha => model.Pass(concept, Value(statistics, concept, alpha, literal), literal)).ToList();
        var (targets, sums) = (0L, new double[passes.Count]);
        foreach (var batch in windows.Batches(0, windows.Count, options.BatchWindows).Where(batch => batch.Time > 1))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < sums.Length; i++) sums[i] += SpliceMetrics.Sum(model.Model, batch, passes[i]);
            targets += batch.Rows * (batch.Time - 1L);
        }
        return [.. sums.Select(sum => sum / targets)];
    }

    private static double Value(ConceptStatistics statistics, int concept, double alpha, bool literal) =>
        literal ? alpha : alpha * statistics.MeanStrength(concept);

    private static float[] Direction(long seed, int concept, int width, double norm)
    {
        var random = new RandomStream(seed, $"steering direction {concept}");
        var drawn = Enumerable.Range(0, width).Select(_ => random.NextNormal()).ToArray();
        var length = Math.Sqrt(drawn.Sum(x => x * x));
        return [.. drawn.Select(x => (float)(x * norm / length))];
    }

    private static SteeringOutcome Outcome(
        SteeredLogits model, ConceptMeaning meaning, IReadOnlyList<ConceptMeaning> meanings, IReadOnlyList<double> strengths,
        IReadOnlyList<IReadOnlyList<int>> prompts, IReadOnlyList<float[]> plain, CancellationToken cancellationToken)
    {
        var (masses, last) = (new List<double>(), plain);
        foreach (var strength in strengths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            last = model(meaning.Concept, strength, prompts);
            masses.Add(Mass(last, meaning));
        }
        var others = meanings.Where(other => other.Concept != meaning.Concept).Average(other => Mass(last, other) - Mass(plain, other));
        var changes = Changes(last, plain);
        var alignments = meanings.Select(other => SteeringMath.Spearman(changes, [.. other.LogitChanges.Select(x => (double)x)])).ToList();
        var at = meanings.ToList().IndexOf(meaning);
        var own = alignments[at];
        return new(
            meaning.Concept, masses, SteeringMath.Spearman(strengths, masses), masses[^1] - Mass(plain, meaning), others, own,
            double.IsFinite(own) && alignments.Where((_, i) => i != at).All(alignment => !(alignment >= own)));
    }

    private static double Mass(IReadOnlyList<float[]> logits, ConceptMeaning meaning) =>
        logits.Average(row => SteeringMath.Mass(row, meaning.RaisedTokens));

    private static double[] Changes(IReadOnlyList<float[]> steered, IReadOnlyList<float[]> plain) =>
        [.. Enumerable.Range(0, plain[0].Length).Select(token => steered.Zip(plain, (a, b) => (double)a[token] - b[token]).Average())];
}

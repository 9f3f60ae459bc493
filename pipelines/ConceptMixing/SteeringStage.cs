using Microsoft.ML;
using MlNetLlm.ConceptMixing;
using MlNetLlm.Generation;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.EmbeddingReset;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>
/// Steers students, and the teacher beside them, by the concepts that are most frequent in V. Prompts are of V.
/// </summary>
internal sealed class SteeringStage(
    MLContext ml, ConceptsOptions options, ConceptTeacher teacher, Corpus corpus, RunRequest request, RunContext context)
{
    private readonly SteeringOptions _steering = options.Steering!;

    private LabelConceptsOptions Reading => new() { SequenceLength = options.Text.SequenceLength };

    /// <summary>Steers every student that is kept.</summary>
    public SteeringResult Run(StudyResult main, KeptParts kept)
    {
        var strengths = _steering.Strengths;
        var validation = corpus.First(ml, TextSplit.Validation, teacher.Model.Tokenizer, options.Text.CurveTokens);
        context.Display.Stage("what concepts mean to the teacher");
        var statistics = ml.Concepts().Statistics(teacher, validation, Reading, context.Cancellation);
        var concepts = statistics.MostFrequent(_steering.Concepts);
        var (probes, prompts) = Prompts();
        List<ConceptMeaning> meanings = [.. concepts.Select(concept => ConceptMeaning.Of(
            teacher, concept, _steering.MeaningStrength * statistics.MeanStrength(concept), probes, _steering.MeaningTokens))];
        var own = kept.Get("steering.teacher", () => SteeringEvaluation
            .Run(SteeringEvaluation.Of(teacher, statistics), meanings, strengths, prompts, context.Cancellation).Select(Finite).ToList());
        var students = main.Of(ConceptArms.Concepts).Keys.Where(number => number <= _steering.Students).Order()
            .Select(number => kept.Get($"steering.{number}", () => Student(number, main, meanings, prompts))).ToList();
        return new SteeringResult(strengths, [.. meanings.Select(meaning => Words(meaning, statistics))], own, students);
    }

    private SteeredStudent Student(
        int number, StudyResult main, IReadOnlyList<ConceptMeaning> meanings, IReadOnlyList<IReadOnlyList<int>> prompts)
    {
        context.Display.Stage($"steering the student of seed {number}");
        using var student = LanguageModel.Load(StudentStage.Folder(request.Out, main.Options.Name, number))
            .To(main.Options.Training.Device);
        var tokens = _steering.CostWindows * options.Text.SequenceLength;
        var validation = corpus.First(ml, TextSplit.Validation, student.Tokenizer, options.Text.CurveTokens);
        var statistics = ml.Concepts().Statistics(student, validation, Reading, context.Cancellation);
        var plain = SteeringEvaluation.Of(student, statistics);
        var next = meanings.Select((meaning, i) => (meaning.Concept, Other: meanings[(i + 1) % meanings.Count].Concept))
            .ToDictionary(pair => pair.Concept, pair => pair.Other);
        var own = Outcomes(plain);
        var literal = Outcomes(SteeringEvaluation.Of(student, statistics, literal: true));
        var random = Outcomes(SteeringEvaluation.OfRandomDirections(student, statistics, request.Seed));
        var another = Outcomes((concept, strength, texts) => plain(next[concept], strength, texts));
        var measured = meanings.Take(_steering.GeneratedConcepts).Select(meaning => meaning.Concept).ToList();
        var windows = corpus.First(ml, TextSplit.Validation, student.Tokenizer, tokens);
        context.Display.Stage($"the cost of steering the student of seed {number}");
        var costs = measured.Select(concept => SteeringEvaluation.Losses(
            student, statistics, concept, _steering.Strengths, windows, Reading, cancellationToken: context.Cancellation)).ToList();
        return new SteeredStudent(
            number, [.. meanings.Select((meaning, i) => new SteeredConcept(meaning.Concept, own[i], literal[i], random[i], another[i]))],
            [.. _steering.Strengths.Select((_, i) => costs.Average(cost => cost[i]))],
            LanguageLoss.Of(student, windows, new PretrainOptions { SequenceLength = options.Text.SequenceLength }, context.Cancellation),
            [.. meanings.Take(_steering.GeneratedConcepts).Select(meaning => Generated(student, statistics, meaning))]);

        IReadOnlyList<SteeringOutcome> Outcomes(SteeringEvaluation.SteeredLogits steered) => [.. SteeringEvaluation
            .Run(steered, meanings, _steering.Strengths, prompts, context.Cancellation).Select(Finite)];
    }

    // The share of raised tokens in what is sampled, at α = 1 and at the strength of generation, behind the same prompts.
    private GeneratedRate Generated(LanguageModel student, ConceptStatistics statistics, ConceptMeaning meaning)
    {
        context.Display.Stage($"text steered by concept {meaning.Concept}");
        return new GeneratedRate(meaning.Concept, Rate(1), Rate(_steering.GenerationStrength));

        double Rate(double strength)
        {
            var steered = ml.Concepts().Steer(
                student, new SteerConceptOptions
                {
                    Concept = meaning.Concept, Strength = strength, MeanStrength = statistics.MeanStrength(meaning.Concept),
                },
                new GenerationOptions
                {
                    Temperature = 1, MaxTokens = _steering.ContinuationTokens, Seed = request.Seed, BatchRows = 64,
                }).Fit(Openings()).Transform(Openings());
            return SteeringEvaluation.TokenRate(
                TextRows.Of(steered, "Generated").Select(text => student.Tokenizer.EncodeToIds(text)), meaning).Estimate;
        }
    }

    // Openings of different windows of V: equal prompts would be continued equally.
    private IDataView Openings()
    {
        var tokenizer = teacher.Model.Tokenizer;
        var tokens = corpus.Tokens(TextSplit.Validation, tokenizer, options.Text.ValidationTokens);
        var every = Math.Max(1, tokens.Count / _steering.Continuations);
        return TextRows.View(ml, Enumerable.Range(0, _steering.Continuations)
            .Select(i => tokenizer.Decode(tokens.Skip(i * every).Take(_steering.PromptTokens)) ?? "")
            .Where(text => text.Trim().Length > 0));
    }

    // Two halves of windows of V: one to find out what concepts mean, one held out.
    private (IReadOnlyList<IReadOnlyList<int>> Probes, IReadOnlyList<IReadOnlyList<int>> Prompts) Prompts()
    {
        var (length, count) = (_steering.PromptTokens, _steering.Prompts);
        var tokens = corpus.Tokens(TextSplit.Validation, teacher.Model.Tokenizer, 2 * count * length);
        var all = tokens.Chunk(length).Where(part => part.Length == length).Select(part => (IReadOnlyList<int>)part).ToList();
        return ([.. all.Where((_, i) => i % 2 == 0)], [.. all.Where((_, i) => i % 2 == 1)]);
    }

    private ConceptWords Words(ConceptMeaning meaning, ConceptStatistics statistics) => new(
        meaning.Concept, statistics.Frequency(meaning.Concept),
        [.. meaning.RaisedTokens.Take(5).Select(token => teacher.Model.Tokenizer.Decode([token]) ?? "")],
        [.. statistics.Contexts(meaning.Concept).Take(2)]);

    // A mass that never moves has no dose response.
    private static SteeringOutcome Finite(SteeringOutcome outcome) => outcome with
    {
        DoseResponse = double.IsFinite(outcome.DoseResponse) ? outcome.DoseResponse : 0,
        Alignment = double.IsFinite(outcome.Alignment) ? outcome.Alignment : 0,
    };
}

using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.SkillQuestions;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Trains the models, or finds those that an earlier run trained.</summary>
internal sealed class ModelStage(
    MLContext ml, CommunitiesOptions options, GeneratedQuestions questions, RunRequest request, RunContext context)
{
    /// <summary>The models of a run, in the order they are made.</summary>
    public static IReadOnlyList<Subject> Subjects(CommunitiesOptions options)
    {
        List<Subject> subjects = [.. options.Seeds.Select(seed => new Subject($"dense-{seed}", SubjectKind.Dense, seed))];
        foreach (var (i, q) in options.Modular.SkipProbabilities.Index())
        {
            foreach (var seed in options.Modular.Seeds.Take(i == options.Modular.SkipProbabilities.Count - 1 ? int.MaxValue : 1))
                subjects.Add(new Subject(FormattableString.Invariant($"modular-{q}-{seed}"), SubjectKind.Modular, seed, q));
        }
        subjects.AddRange(options.Seeds.Take(1).Select(seed => new Subject($"untrained-{seed}", SubjectKind.Untrained, seed)));
        if (options.Larger is not null) subjects.Add(new Subject($"larger-{options.Seeds[0]}", SubjectKind.Larger, options.Seeds[0]));
        if (options.Tuning is { ChatSteps: > 0 })
            subjects.AddRange(options.Seeds.Select(seed => new Subject($"tuned-{seed}", SubjectKind.Tuned, seed)));
        return subjects;
    }

    /// <summary>Trains a model, saves it and measures its accuracies.</summary>
    public SubjectResult Make(Subject subject)
    {
        context.Display.Stage($"{subject.Name}: training");
        var (model, training) = subject.Kind == SubjectKind.Tuned ? Tune(subject) : Train(subject);
        using var trained = model;
        trained.Save(Folder(subject.Name));
        using var opened = Open(subject);
        var scores = opened.Accuracies(questions);
        return new SubjectResult(
            subject, training?.Loss, training?.Steps ?? 0, training?.StoppedEarly ?? false,
            trained.Module.parameters().Sum(parameter => parameter.numel()),
            [.. questions.Sets.Select(set => new SetScore(set.Name, scores[set.Name].Right, scores[set.Name].Questions))]);
    }

    /// <summary>A model made before.</summary>
    public SubjectModel Open(Subject subject) => new(
        ml, LanguageModel.Load(Folder(subject.Name)).To(options.Device), subject.Kind == SubjectKind.Modular ? Ownership(subject) : null);

    /// <summary>Whose the layers of a modular model are.</summary>
    public LayerOwnership Ownership(Subject subject) => new()
    {
        Owners = options.Modular.Owners(Functions), SkipProbability = subject.Skip, GroupColumn = SkillData.Function,
    };

    private IEnumerable<string> Functions => questions.Sets.Select(set => set.Function).Distinct();

    private (LanguageModel Model, TrainingResult? Training) Train(Subject subject)
    {
        var shape = subject.Kind == SubjectKind.Larger ? options.Larger! : options.Model;
        var ownership = subject.Kind == SubjectKind.Modular ? Ownership(subject) : null;
        var steps = subject.Kind == SubjectKind.Untrained ? 0 : ownership is null ? shape.Steps : options.Modular.Steps ?? shape.Steps;
        var tokenizer = SkillVocabulary.Tokenizer;
        var wanted = SubjectTraining.Training(shape, steps, options.Device) with { Seed = subject.Seed, Ownership = ownership };
        var looks = wanted.EvaluateEvery > 0;
        var training = ml.LanguageModels().Pretrain(
            SubjectTraining.Shape(shape, ownership?.Owners.Count ?? shape.Layers), tokenizer, tokenizer.Special, wanted,
            looks ? now => Reached(now, ownership, shape) : null, context.Display, context.Cancellation)
            .Fit(questions.Train((long)steps * shape.BatchSize), looks ? questions.Validation(null, shape.LookQuestions) : null);
        return (training.Model, steps == 0 ? null : training.Training);
    }

    // The rule that ends a training: the mean validation accuracy over all sets of one skill.
    private bool Reached(LanguageModel now, LayerOwnership? ownership, ModelOptions shape)
    {
        var scores = new SubjectModel(ml, now, ownership).Accuracies(
            questions, function => questions.Validation(function, shape.LookQuestions));
        var accuracy = scores.Values.Average(score => (double)score.Right / score.Questions);
        context.Display.Note(FormattableString.Invariant($"mean validation accuracy {accuracy:F3}"));
        return accuracy >= shape.StopAccuracy;
    }

    private (LanguageModel Model, TrainingResult? Training) Tune(Subject subject)
    {
        using var start = LanguageModel.Load(Folder(subject.BaseName));
        var training = ml.LanguageModels().FineTuneFull(start, new FineTuning.FullOptions
        {
            TokenColumns = SkillData.Tokens,
            MaxSteps = options.Tuning!.ChatSteps,
            BatchSize = options.Model.BatchSize,
            SequenceLength = SkillQuestion.LongestTokens,
            LearningRate = options.Model.LearningRate / 2,
            WarmupSteps = options.Tuning.ChatSteps / 10,
            Beta2 = 0.98,
            Device = options.Device,
            Seed = subject.Seed,
        }, context.Display, context.Cancellation).Fit(questions.Reworded(options.Tuning.ChatSurface));
        return (training.Model, training.Training);
    }

    private string Folder(string name) => Path.Combine(request.Out, "models", name);
}

using MlNetLlm.SelfAdaptation;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>The experts of a seed as a library, and how questions are answered with it.</summary>
internal sealed class ExpertLibraries(Lab lab, ArmTrainer trainer)
{
    /// <summary>The classification expert's name.</summary>
    public const string Router = "router";

    /// <summary>The experts' names: the labels.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Arms.Experts.Select(expert => expert.Label)];

    /// <summary>The experts of a seed, with the classification expert; the caller disposes of it.</summary>
    public SvfExpertLibrary Open(int seed)
    {
        var library = new SvfExpertLibrary(lab.Base());
        foreach (var (label, task) in Arms.Experts) library.Add(label, trainer.Expert(Arms.Svf(lab, trainer, task, seed)));
        library.Add(Router, trainer.Expert(RouterOf(seed)));
        return library;
    }

    /// <summary>The run that makes a seed's classification expert.</summary>
    public ArmSpec RouterOf(int seed) =>
        new(ArmMethod.SvfReinforce, Routing.Task, lab.Options.Questions.Train, seed) { Rate = lab.Options.Strategies.RouterRate };

    /// <summary>How the miniature asks and answers; the strategy is to be set.</summary>
    public static SelfAdaptationOptions Options(AdaptationStrategy strategy, SvfMix? mix = null) => new()
    {
        TextColumn = nameof(TaskRow.Prompt),
        Strategy = strategy,
        Labels = [.. Names.Select(name => new AdaptationLabel(name, name))],
        ClassificationExpert = strategy == AdaptationStrategy.ClassificationExpert ? Router : null,
        Mix = mix,
        ClassificationTemplate = Routing.Template,
        LabelFormat = LabelFormat.FirstWord,
        LabelTokens = Routing.LabelTokens,
        MaxTokens = Lab.LongestAnswer,
        BatchRows = 64,
        GroupRows = 4096,
    };

    /// <summary>Answers questions by a strategy.</summary>
    public IReadOnlyList<AdaptedRow> Answer(SvfExpertLibrary library, SelfAdaptationOptions options, IEnumerable<string> prompts)
    {
        var rows = lab.Ml.Data.LoadFromEnumerable(prompts.Select(prompt => new PromptRow { Prompt = prompt }).ToList());
        using var adapting = lab.Ml.LanguageModels().SelfAdapt(library, options).Fit(rows);
        return [.. lab.Ml.Data.CreateEnumerable<AdaptedRow>(adapting.Transform(rows), reuseRowObject: false)];
    }

    /// <summary>Which questions of a task a strategy answers right.</summary>
    public string Grade(SvfExpertLibrary library, SelfAdaptationOptions options, string task, IReadOnlyList<TaskItem> items) =>
        string.Concat(Answer(library, options, items.Select(item => item.Question)).Zip(items, (row, item) =>
            Lab.Reward(task).IsRight(item.Question, row.Answer, item.Expected) ? '1' : '0'));

    private sealed class PromptRow
    {
        public string Prompt { get; set; } = "";
    }
}

/// <summary>A row as a self-adapting model leaves it.</summary>
internal sealed class AdaptedRow
{
    /// <summary>The expert that answered, other, or mix.</summary>
    public string Expert { get; set; } = "";

    /// <summary>The answer.</summary>
    public string Answer { get; set; } = "";

    /// <summary>Seconds of the first pass.</summary>
    public double FirstPassSeconds { get; set; }

    /// <summary>Seconds of the second pass.</summary>
    public double SecondPassSeconds { get; set; }
}

using System.Globalization;
using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>
/// Do the modules of language models form communities that serve cognitive functions (Bhandari, Chen and Gao 2025)? The published pipeline
/// and a corrected one side by side, on models that are modular by design, dense or untrained, with generated skills.
/// </summary>
public sealed class CommunitiesExperiment : Experiment<CommunitiesOptions>, IEjectable
{
    /// <inheritdoc/>
    public override string Name => "communities";

    /// <inheritdoc/>
    public override string Title => "Looks for communities of modules that serve cognitive functions, as published and corrected";

    /// <inheritdoc/>
    public override string Folder => "ModuleCommunities";

    /// <inheritdoc/>
    protected override void Check(CommunitiesOptions options) => options.Validated();

    /// <inheritdoc/>
    protected override void Run(CommunitiesOptions options, RunRequest request, RunContext context, RunRecord record)
    {
        var kept = KeptParts.Open(request, options, record.Sessions);
        var ml = new MLContext(request.Seed);
        if (options.Real is { Model: not null } real) Real(new RealStage(ml, real, options.Device, context), real, kept, record);
        var run = options.Folders.Count > 0
            ? Folders(ml, options, request, kept, context)
            : Generated(ml, options, request, kept, context, record);
        CommunitiesReport.Write(run, record);
        foreach (var claim in Verdicts.Judge(run, request.Seed)) record.Add(claim);
        CommunitiesPictures.Save(run, request.Out);
    }

    EjectedRun IEjectable.Eject(RunResult result) => CommunitiesEjection.Of(result);

    private static RunResults Generated(
        MLContext ml, CommunitiesOptions options, RunRequest request, KeptParts kept, RunContext context, RunRecord record)
    {
        var questions = new GeneratedQuestions(options.Questions);
        foreach (var data in questions.Describe()) record.Add(data);
        var stage = new ModelStage(ml, options, questions, request, context);
        var networks = new NetworkStage(options.Network, questions, request.Seed, context);
        var results = ModelStage.Subjects(options).Select(each => kept.Get($"{each.Name}-model", () => stage.Make(each))).ToList();
        var models = new List<Studied>();
        foreach (var result in results)
        {
            var subject = result.Subject;
            models.Add(Study(subject, result, () => stage.Open(subject), questions, networks, options, request, kept, context,
                subject.Kind == SubjectKind.Modular ? stage.Ownership(subject).Owners : null, models.Count == 0));
        }
        var noise = options.Network.LabelNoise
            .Select(share => kept.Get(FormattableString.Invariant($"noise-{share}"),
                () => networks.Noise(questions, models[0].Importance, share))).ToList();
        var (tuning, removals) = (new List<TuningRun>(), new List<RemovalRun>());
        foreach (var studied in models.Where(model => model.Subject.Kind == SubjectKind.Dense && options.Tuning is not null))
        {
            using var opened = stage.Open(studied.Subject);
            var (areas, functions) = Areas(studied, opened.Model, questions, options, request, context);
            Remove(ml, opened.Model, studied.Result, areas, functions, questions, options, kept, context, removals);
            var tuner = new TuningStage(ml, options, questions, context);
            foreach (var form in options.Tuning!.Forms)
                foreach (var target in options.Tuning.Targets.Where(target => functions.Contains(Skill.Find(target).Function)))
                    tuning.AddRange(kept.Get($"{studied.Subject.Name}-tuning-{target}-{form.Name}",
                        () => tuner.Run(opened.Model, studied.Subject.Seed, target, form, areas, functions)));
        }
        return new RunResults(options, questions, models, noise, tuning, removals);
    }

    // Models made elsewhere, on public benchmarks: no training, no controls, no fine-tuning.
    private static RunResults Folders(
        MLContext ml, CommunitiesOptions options, RunRequest request, KeptParts kept, RunContext context)
    {
        var sets = options.Real!.Sets.Select(name => BenchmarkSet.Read(ml, name, options.Real.Questions)).ToList();
        var questions = new BenchmarkQuestions(ml, sets, options.Real.Labels!, options.Network.QuestionsRead);
        var networks = new NetworkStage(options.Network, questions, request.Seed, context);
        var (models, removals) = (new List<Studied>(), new List<RemovalRun>());
        foreach (var (i, folder) in options.Folders.Index())
        {
            var subject = new Subject($"folder-{i + 1}", SubjectKind.Folder, i + 1);
            SubjectModel Open() => new(ml, ml.LanguageModels().Load(folder).To(options.Device), null);
            var result = kept.Get($"{subject.Name}-model", () =>
            {
                using var model = Open();
                var scores = model.Accuracies(questions);
                return new SubjectResult(subject, null, 0, false, model.Model.Module.parameters().Sum(parameter => parameter.numel()),
                    [.. questions.Sets.Select(set => new SetScore(set.Name, scores[set.Name].Right, scores[set.Name].Questions))]);
            });
            models.Add(Study(subject, result, Open, questions, networks, options, request, kept, context, null, i == 0));
            using var opened = Open();
            var (areas, functions) = Areas(models[^1], opened.Model, questions, options, request, context);
            Remove(ml, opened.Model, result, areas, functions, questions, options, kept, context, removals);
        }
        return new RunResults(options, questions, models, [], [], removals);
    }

    private static Studied Study(
        Subject subject, SubjectResult result, Func<SubjectModel> open, IQuestions questions, NetworkStage networks,
        CommunitiesOptions options, RunRequest request, KeptParts kept, RunContext context, IReadOnlyList<string?>? layers, bool isFirst)
    {
        IReadOnlyList<string>? owners = null;
        var importance = kept.Get($"{subject.Name}-importance", () =>
        {
            using var model = open();
            return new ImportanceStage(options.Network, questions, context).Run(model, subject.Name, request.Seed, isFirst);
        });
        if (layers is not null)
        {
            owners = [.. importance.Taylor.Columns
                .Select(name => layers[int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture)] ?? "shared")];
        }
        var network = kept.Get($"{subject.Name}-networks", () => networks.Run(subject, importance, owners));
        networks.Save(subject, importance, network, Path.Combine(request.Out, "networks", subject.Name));
        return new Studied(result, importance, network);
    }

    private static (IReadOnlyList<IReadOnlyList<string>> Areas, IReadOnlyList<string> Functions) Areas(
        Studied studied, LanguageModel model, IQuestions questions, CommunitiesOptions options, RunRequest request, RunContext context)
    {
        var analysis = new CorrectedAnalysis(options.Network, questions, request.Seed, context.Cancellation);
        var areas = FunctionAreas.Of(
            analysis.PureResiduals(studied.Importance.Taylor.Named()), analysis.Functions, studied.Network.Corrected.Partition(),
            ModelModules.Of(model.Config), options.Network.AreaModules);
        return (areas, [.. questions.Sets.Where(set => set.Pure).Select(set => set.Function).Distinct()]);
    }

    private static void Remove(
        MLContext ml, LanguageModel model, SubjectResult whole, IReadOnlyList<IReadOnlyList<string>> areas,
        IReadOnlyList<string> functions, IQuestions questions, CommunitiesOptions options, KeptParts kept, RunContext context,
        List<RemovalRun> removals)
    {
        var stage = new RemovalStage(ml, options, questions, context, model, whole);
        foreach (var (i, function) in functions.Index())
            removals.Add(kept.Get($"{whole.Subject.Name}-removal-{i + 1}", () => stage.Run(function, areas[i])));
    }

    private static void Real(RealStage stage, RealOptions options, KeptParts kept, RunRecord record)
    {
        foreach (var score in stage.Run(record, kept))
        {
            record.Add(new RunMetric(score.DataSet, "accuracy", "public", score.Accuracy, score.Error, score.Questions));
            record.Add(new RunMetric(score.DataSet, "chance", "public", score.Chance));
            record.Add(new RunMetric(score.DataSet, $"stays in the analysis (above chance by {options.Errors} errors)", "public",
                score.IsAboveChance(options.Errors) ? 1 : 0));
        }
    }
}

using MlNetLlm.FineTuning;
using MlNetLlm.LanguageModels;
using MlNetLlm.Lora;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E11: a fourth expert is added later. With a library nothing else can change; beside it one model is fine-tuned on task after task, as a
/// whole and by LoRA that is merged before the next task.
/// </summary>
internal sealed class ContinualSection : ISection
{
    private const string Added = "trace";
    private static readonly string[] _order = [.. Arms.Tasks, Added];

    private sealed record Sequence(IReadOnlyList<IReadOnlyDictionary<string, string>> AfterTask);

    private sealed record Changed(long Differences);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var later = new ArmSpec(ArmMethod.SvfReinforce, Added, lab.Options.Questions.Train, 1) { Rate = lab.Options.Strategies.RouterRate };
        findings.Accuracy($"expert {Added}, added later", Added, [trainer.Test(later, Added)]);
        findings.Accuracy("base", Added, [lab.TestBase(Added)]);
        var changed = lab.Kept("continual.changed", () => new Changed(Differences(lab, trainer, later)));
        findings.Contrasts["library-changes"] = new(
            "weights and answers of the earlier experts that differ after a fourth was added", [[changed.Differences]]);

        foreach (var (name, full) in new[] { ("full", true), ("lora", false) })
        {
            var runs = Enumerable.Range(1, lab.Options.ContinualSeeds)
                .Select(seed => lab.Kept($"continual.{name}.s{seed}", () => Train(lab, trainer, full, seed))).ToList();
            var arm = full ? "one model, every weight" : "one model, LoRA merged";
            for (var after = 0; after < _order.Length; after++)
                foreach (var task in _order)
                    findings.Accuracy($"{arm}, after {_order[after]}", task, [.. runs.Select(run => run.AfterTask[after][task])]);
            findings.Contrasts[$"{name}-forgets"] = Contrast.Of(
                $"right test answers of {_order[0]}, {arm}, after its own training minus after the last task",
                runs.Select(run => run.AfterTask[0][_order[0]]), runs.Select(run => run.AfterTask[^1][_order[0]]));
        }
    }

    private static long Differences(Lab lab, ArmTrainer trainer, ArmSpec later)
    {
        var libraries = new ExpertLibraries(lab, trainer);
        using var library = libraries.Open(1);
        var before = State(lab, library);
        library.Add("later", trainer.Expert(later));
        return State(lab, library).Zip(before, (now, then) => now == then ? 0L : 1L).Sum();
    }

    // The fingerprint is a hash of every weight.
    private static List<string> State(Lab lab, SvfExpertLibrary library)
    {
        var state = new List<string>();
        foreach (var (label, task) in Arms.Experts)
        {
            using var model = library.Apply(label);
            state.Add(model.Fingerprint);
            state.Add(lab.Grade(model, task, lab.Items(task, ItemSplit.Development, lab.Options.Strategies.SelectionQuestions)));
        }
        state.Add(library.Base.Fingerprint);
        return state;
    }

    private static Sequence Train(Lab lab, ArmTrainer trainer, bool full, int seed)
    {
        var rate = full ? lab.Options.NextToken.FullRate : Arms.Lora(lab, trainer, Arms.First, seed).Rate;
        var after = new List<IReadOnlyDictionary<string, string>>();
        var model = lab.Base();
        foreach (var task in _order)
        {
            var rows = TaskRow.View(lab.Ml, lab.Items(task, ItemSplit.Train, lab.Options.Questions.Train, seed));
            var tuned = full
                ? lab.Ml.LanguageModels().FineTuneFull(model, Shared(new FullOptions { LearningRate = rate }), lab.Context.Display,
                    lab.Context.Cancellation).Fit(rows).Model
                : lab.Ml.LanguageModels().FineTuneLora(model, Shared(new LoraOptions { LearningRate = rate }), lab.Context.Display,
                    lab.Context.Cancellation).Fit(rows).Model;
            if (model != lab.Base()) model.Dispose();
            model = tuned;
            after.Add(_order.ToDictionary(
                tested => tested, tested => lab.Grade(tuned, tested, lab.Items(tested, ItemSplit.Test, lab.Options.Questions.Test))));
        }
        model.Dispose();
        return new Sequence(after);

        TOptions Shared<TOptions>(TOptions method)
            where TOptions : Training.TrainingOptions => method with
            {
                TextColumn = nameof(TaskRow.Prompt),
                CompletionColumn = nameof(TaskRow.Worked),
                BatchSize = lab.Options.Reinforcement.BatchSize,
                MaxSteps = lab.Options.NextToken.Steps,
                SequenceLength = lab.Options.Base.ContextLength,
                Seed = lab.Seed(seed, "continual"),
            };
    }
}

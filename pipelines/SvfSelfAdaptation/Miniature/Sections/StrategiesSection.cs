using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E5: the three strategies on tasks that no expert was trained on, beside routing by the true label, equal and random mixes and the single
/// expert that does best on development questions. Few-shot items are drawn from the development split, never from the test.
/// </summary>
internal sealed class StrategiesSection : ISection
{
    /// <summary>The base model says which expert.</summary>
    public const string Prompt = "A prompt";

    /// <summary>An expert says which.</summary>
    public const string Expert = "B classification expert";

    /// <summary>A mix of experts is searched.</summary>
    public const string FewShot = "C few-shot";

    private const string Uniform = "equal mix";
    private const string RandomMix = "random mix";
    private const string Single = "best single expert";
    private const string Oracle = "true label";

    /// <summary>The tasks: the hard ones, and one of two skills.</summary>
    public static IReadOnlyList<string> Tasks { get; } = [.. Arms.Tasks.Select(Arms.Hard), "sum-choice"];

    private sealed record Searched(SvfMix Mix, double ShotAccuracy, int Evaluations, double Seconds);

    private sealed record Answered(string Right, string? Expert = null);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var libraries = new ExpertLibraries(lab, trainer);
        string[] hard = [.. Arms.Tasks.Select(Arms.Hard)];
        var right = new Dictionary<(string Arm, string Task), List<string>>();
        foreach (var seed in lab.Seeds)
        {
            using var library = new Lazily<SvfExpertLibrary>(() => libraries.Open(seed));
            foreach (var task in Tasks)
                foreach (var (arm, answers) in ByArm(lab, libraries, library, task, seed, findings))
                    (right.TryGetValue((arm, task), out var known) ? known : right[(arm, task)] = []).Add(answers);
        }
        foreach (var ((arm, task), answers) in right) findings.Accuracy(arm, task, answers);
        foreach (var task in Tasks) findings.Accuracy("base", task, [lab.TestBase(task)]);
        Compare(lab, findings, hard, right);
    }

    private static void Compare(
        Lab lab, Findings findings, string[] hard, Dictionary<(string Arm, string Task), List<string>> right)
    {
        var bases = lab.Seeds.Select(_ => string.Concat(hard.Select(task => lab.TestBase(task)))).ToList();
        var on = $"right test answers of {string.Join(", ", hard)}";
        findings.Contrasts["few-shot-over-prompt"] = Contrast.Of($"{on}, C minus A", All(FewShot), All(Prompt));
        findings.Contrasts["few-shot-over-expert"] = Contrast.Of($"{on}, C minus B", All(FewShot), All(Expert));
        findings.Contrasts["expert-over-prompt"] = Contrast.Of($"{on}, B minus A", All(Expert), All(Prompt));
        findings.Contrasts["few-shot-over-base"] = Contrast.Of($"{on}, C minus base", All(FewShot), bases);
        findings.Contrasts["uniform-over-base"] = Contrast.Of($"{on}, equal mix minus base", All(Uniform), bases);
        var means = CrossedBootstrap.Means(
            [.. new[] { Prompt, Expert, FewShot }.Select(arm => Contrast.Of("", All(arm), All(arm).Select(Zeros)).Values)],
            lab.Options.BootstrapResamples, new Random(lab.Seed(1, "monotonic")));
        findings.Number("strategies", "P(A <= B <= C)", Enumerable.Range(0, means[0].Length).Average(
            i => means[0][i] <= means[1][i] && means[1][i] <= means[2][i] ? 1.0 : 0));

        List<string> All(string arm) =>
            [.. Enumerable.Range(0, lab.Seeds.Count).Select(i => string.Concat(hard.Select(task => right[(arm, task)][i])))];

        static string Zeros(string answers) => new('0', answers.Length);
    }

    private static IEnumerable<(string Arm, string Right)> ByArm(
        Lab lab, ExpertLibraries libraries, Lazily<SvfExpertLibrary> library, string task, int seed, Findings findings)
    {
        var options = lab.Options.Strategies;
        var test = lab.Items(task, ItemSplit.Test, lab.Options.Questions.Test);
        var skill = TaskTable.Find(task).Skill;
        yield return (Prompt, Answers("a", ExpertLibraries.Options(AdaptationStrategy.Prompt)));
        yield return (Expert, Answers("b", ExpertLibraries.Options(AdaptationStrategy.ClassificationExpert)));

        var found = lab.Kept($"strategies.{task}.s{seed}.search", () => Search(lab, library.Value, task, seed));
        findings.Number($"{FewShot}, seed {seed}", "accuracy on its shots", found.ShotAccuracy, task);
        foreach (var (expert, share) in found.Mix.Shares()) findings.Number($"{FewShot}, seed {seed}", $"share of {expert}", share, task);
        yield return (FewShot, Answers("c", ExpertLibraries.Options(AdaptationStrategy.FewShot, found.Mix)));

        yield return (Uniform, Answers("uniform", Mixed(SvfMix.Uniform(ExpertLibraries.Names))));
        for (var i = 0; i < options.RandomMixes; i++)
        {
            var random = new RandomStream(lab.Seed(seed, $"mix {i} of {task}"), "mix");
            var mix = SvfMix.Of(ExpertLibraries.Names.Select(name => (name, random.NextDouble())));
            yield return (i == 0 ? RandomMix : $"{RandomMix} {i + 1}", Answers($"random{i}", Mixed(mix)));
        }
        if (skill is not null) yield return (Oracle, Answers("true-label", Mixed(SvfMix.OneHot(skill))));
        yield return (Single, lab.Kept($"strategies.{task}.s{seed}.single", () => BestSingle(lab, libraries, library.Value, task)).Right);

        string Answers(string name, SelfAdaptationOptions how) => lab.Kept($"strategies.{task}.s{seed}.{name}",
            () => new Answered(libraries.Grade(library.Value, how, task, test))).Right;
    }

    private static SelfAdaptationOptions Mixed(SvfMix mix) => ExpertLibraries.Options(AdaptationStrategy.FewShot, mix);

    private static Searched Search(Lab lab, SvfExpertLibrary library, string task, int seed)
    {
        var shots = lab.Items(task, ItemSplit.Development, lab.Options.Questions.Shots, seed);
        var result = FewShotSearch.Run(lab, library, task, shots, lab.Options.Strategies.Generations, seed);
        return new Searched(result.Mix, result.Score.Accuracy, result.Evaluations, result.Seconds);
    }

    private static Answered BestSingle(Lab lab, ExpertLibraries libraries, SvfExpertLibrary library, string task)
    {
        var development = lab.Items(task, ItemSplit.Development, lab.Options.Strategies.SelectionQuestions, seed: 99);
        var best = ExpertLibraries.Names.MaxBy(name =>
            libraries.Grade(library, Mixed(SvfMix.OneHot(name)), task, development).Count(c => c == '1'))!;
        var test = lab.Items(task, ItemSplit.Test, lab.Options.Questions.Test);
        return new Answered(libraries.Grade(library, Mixed(SvfMix.OneHot(best)), task, test), best);
    }
}

using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.Runs;
using MlNetLlm.SkillQuestions;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The generated sets: every skill on both surfaces, and the mixed ones.</summary>
internal sealed class GeneratedQuestions : IQuestions
{
    private readonly QuestionOptions _options;
    private readonly IReadOnlyList<SkillSet> _all;

    public GeneratedQuestions(QuestionOptions options)
    {
        _options = options;
        var skills = options.Skills.Count == 0 ? [.. Skill.All.Select(skill => skill.Name)] : options.Skills;
        Pure = [.. SkillSet.Pure.Where(set => skills.Contains(set.Main.Name)).Select(set => set with { Form = options.Form })];
        _all = [.. Pure, .. options.Mixed ? SkillSet.Mixed.Select(set => set with { Form = options.Form }) : []];
        Sets = [.. _all.Select(set => new QuestionSet(
            set.Name, set.Main.Function, set.Main.Name, set.Surface.ToString(), set.Skills.Count == 1))];
        Taxonomy = Skill.Taxonomy.Without([.. Skill.All.Select(skill => skill.Name).Except(skills)]);
        Counts = Count(0, 0);
    }

    /// <summary>The sets of one skill, which models train on.</summary>
    public IReadOnlyList<SkillSet> Pure { get; }

    public IReadOnlyList<QuestionSet> Sets { get; }

    public NamedMatrix Counts { get; }

    public SkillTaxonomy Taxonomy { get; }

    /// <summary>Questions that models train on: as many as are needed, of each set no more than the options say.</summary>
    public IDataView Train(long needed) => SkillData.Questions(
        Pure, QuestionSplit.Train, (int)Math.Clamp((needed + Pure.Count - 1) / Pure.Count, 1, _options.Train), _options.Seed);

    /// <summary>Validation questions of one function's sets of one skill, or of all of them.</summary>
    public IDataView Validation(string? function, int count) => SkillData.Questions(
        [.. Pure.Where(set => function is null || set.Main.Function == function)], QuestionSplit.Validation, count, _options.Seed);

    public IDataView Calibration(string? function) =>
        SkillData.Questions(Of(function), QuestionSplit.Validation, _options.Validation, _options.Seed);

    public IDataView Test(string? function) => SkillData.Questions(Of(function), QuestionSplit.Test, _options.Test, _options.Seed);

    /// <summary>Some test questions of each set of one skill but a skill's own.</summary>
    public IDataView Others(string skill, int count) => SkillData.Questions(
        [.. Pure.Where(set => set.Main.Name != skill)], QuestionSplit.Test, count, _options.Seed);

    /// <summary>A skill's questions in another wording, or longer ones.</summary>
    public IDataView Target(TargetForm form, string skill, QuestionSplit split, int count) => SkillData.Questions(
        [SkillSet.Of(Skill.Find(skill), form.Surface, form.Longer) with { Form = _options.Form }], split, count, _options.Seed);

    /// <summary>Training questions of all skills in another wording.</summary>
    public IDataView Reworded(SkillSurface surface) => SkillData.Questions(
        [.. Pure.Select(set => set.Main).Distinct().Select(skill => SkillSet.Of(skill, surface) with { Form = _options.Form })],
        QuestionSplit.Train, _options.Train, _options.Seed);

    /// <summary>Training questions of a function's sets.</summary>
    public IDataView TrainOf(string function) => SkillData.Questions(
        [.. Pure.Where(set => set.Main.Function == function)], QuestionSplit.Train, _options.Train, _options.Seed);

    /// <summary>X with a share of the labels exchanged for random other skills, as an unsure annotator would.</summary>
    public NamedMatrix Count(double noise, int seed)
    {
        var random = new Training.RandomStream(seed, "label noise");
        var names = Taxonomy.Skills;
        return SkillCounts.Of(_all.SelectMany(set => set.Draw(QuestionSplit.Validation, _options.Seed).Take(_options.Validation)
            .Select(question => new SkillLabels(set.Name, [Label(question.Skill.Name)]))), Taxonomy).Counts;

        string Label(string right)
        {
            if (noise == 0 || random.NextDouble() >= noise) return right;
            var other = random.Next(names.Count - 1);
            return names[other] == right ? names[^1] : names[other];
        }
    }

    /// <summary>What the run notes about its data.</summary>
    public IEnumerable<RunData> Describe() => _all.Select(set => new RunData(
        set.Name, Sha256(set), _options.Train + _options.Validation + _options.Test, "generated"));

    private IReadOnlyList<SkillSet> Of(string? function) => [.. _all.Where(set => function is null || set.Main.Function == function)];

    private string Sha256(SkillSet set)
    {
        var questions = set.Draw(QuestionSplit.Test, _options.Seed).Take(_options.Test);
        var text = string.Concat(questions.Select(question => $"{question.Prompt} {question.RightAnswer}\n"));
        return Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}

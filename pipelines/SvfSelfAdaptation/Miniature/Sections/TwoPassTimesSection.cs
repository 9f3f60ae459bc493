using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.SelfAdaptation;
using MlNetLlm.Svf;
using MlNetLlm.Training;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;

/// <summary>
/// E7: seconds of the two passes. Lengths are forced on a model of the base's shape with random weights and a longer context, which seldom
/// ends its answers by itself; times do not depend on the weights. The tasks are timed with their own answers.
/// </summary>
internal sealed class TwoPassTimesSection : ISection
{
    private const int Rows = 64;

    private sealed record Times(IReadOnlyList<double> Ratios, double AnswerTokens);

    /// <inheritdoc/>
    public void Run(Lab lab, ArmTrainer trainer, Findings findings)
    {
        var options = lab.Options.Strategies;
        var lengths = options.TimedAnswers.ToDictionary(length => length, length => lab.Kept($"times.{length}", () => Forced(lab, length)));
        foreach (var (length, times) in lengths)
        {
            findings.Number($"answers of {length} tokens at most", "first pass over second, seconds", times.Ratios.Average());
            findings.Number($"answers of {length} tokens at most", "mean tokens", times.AnswerTokens);
        }
        findings.Contrasts["ratio-falls"] = new(
            $"seconds of pass 1 over those of pass 2, answers of {options.TimedAnswers[0]} tokens minus of {options.TimedAnswers[^1]}",
            [.. lengths[options.TimedAnswers[0]].Ratios.Zip(lengths[options.TimedAnswers[^1]].Ratios, (a, b) => new[] { a - b })]);

        var tasks = Arms.Tasks.ToDictionary(task => task, task => lab.Kept($"times.{Arms.Hard(task)}", () => OfTask(lab, trainer, task)));
        foreach (var (task, times) in tasks)
            findings.Number("A prompt", "first pass over second, seconds", times.Ratios.Average(), Arms.Hard(task));
        findings.Contrasts["choice-ratio-largest"] = new(
            "seconds of pass 1 over those of pass 2, choice-hard minus the mean of math-hard and code-hard",
            [.. Enumerable.Range(0, options.Repeats).Select(i => new[]
            {
                tasks["choice"].Ratios[i] - (tasks["math"].Ratios[i] + tasks["code"].Ratios[i]) / 2,
            })]);
    }

    private static Times Forced(Lab lab, int length)
    {
        var prompts = lab.Items("choice-hard", ItemSplit.Development, Rows).Select(item => item.Question).ToList();
        var known = lab.Base();
        using var generator = new TorchSharp.torch.Generator((ulong)lab.Seed(1, "times"));
        using var model = known.WithModule(new TransformerModel(
            known.Config with { ContextLength = known.Config.ContextLength + lab.Options.Strategies.TimedAnswers[^1] }, generator));
        var width = Math.Min(model.Config.Width, model.Config.FeedForwardWidth);
        var vectors = model.Module.Projections.Where(p => p.Name.Contains(".mlp.", StringComparison.Ordinal))
            .ToDictionary(p => p.Name, _ => Enumerable.Repeat(0.1f, width).ToArray());
        using var library = new SvfExpertLibrary(
            model, ExpertLibraries.Names.Append(ExpertLibraries.Router).Select(name => (name, SvfExpert.Create(model, vectors))));
        return Time(lab, library, ExpertLibraries.Options(AdaptationStrategy.Prompt) with { MaxTokens = length }, prompts);
    }

    private static Times OfTask(Lab lab, ArmTrainer trainer, string task)
    {
        using var library = new ExpertLibraries(lab, trainer).Open(1);
        var prompts = lab.Items(Arms.Hard(task), ItemSplit.Development, Rows).Select(item => item.Question).ToList();
        return Time(lab, library, ExpertLibraries.Options(AdaptationStrategy.Prompt), prompts);
    }

    private static Times Time(Lab lab, SvfExpertLibrary library, SelfAdaptationOptions options, List<string> prompts)
    {
        var libraries = new ExpertLibraries(lab, new ArmTrainer(lab));
        _ = libraries.Answer(library, options, prompts);   // the first time compiles code
        var (ratios, tokens) = (new List<double>(), 0.0);
        for (var repeat = 0; repeat < lab.Options.Strategies.Repeats; repeat++)
        {
            var rows = libraries.Answer(library, options, prompts);
            ratios.Add(rows.Sum(row => row.FirstPassSeconds) / rows.Sum(row => row.SecondPassSeconds));
            tokens = rows.Average(row => (double)row.Answer.Length);
        }
        return new Times(ratios, tokens);
    }
}

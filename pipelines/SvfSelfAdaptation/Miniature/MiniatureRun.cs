using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature.Sections;
using MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>Runs the miniature, section by section, and judges its claims.</summary>
internal static class MiniatureRun
{
    /// <summary>The sections there are.</summary>
    public static IReadOnlyDictionary<string, ISection> Sections { get; } = new Dictionary<string, ISection>
    {
        ["gate"] = new GateSection(),
        ["baselines"] = new BaselinesSection(),
        ["parameters"] = new ParametersSection(),
        ["strategies"] = new StrategiesSection(),
        ["routing"] = new RoutingSection(),
        ["times"] = new TwoPassTimesSection(),
        ["composition"] = new CompositionSection(),
        ["components"] = new ComponentsSection(),
        ["objectives"] = new ObjectivesSection(),
        ["lora-by-rewards"] = new LoraByRewardsSection(),
        ["half-layers"] = new HalfLayersSection(),
        ["continual"] = new ContinualSection(),
        ["few-shot"] = new FewShotSection(),
        ["transfer"] = new TransferSection(),
    };

    /// <summary>Runs it.</summary>
    public static void Run(
        MLContext ml, MiniatureOptions options, KeptParts kept, RunRequest request, RunContext context, RunRecord record)
    {
        var english = EnglishText.Read(ml, options.Base.English, options.Base.EnglishParagraphs, options.Base.EnglishLength);
        record.Add(english.Data);
        using var lab = new Lab(ml, options, english, kept, request, context);
        foreach (var task in TaskTable.All) record.Add(Described(task.Name, lab.Items(task.Name, ItemSplit.Test, options.Questions.Test)));
        var (trainer, findings) = (new ArmTrainer(lab), new Findings());
        foreach (var section in options.Sections) Sections[section].Run(lab, trainer, findings);
        foreach (var metric in findings.Metrics.DistinctBy(metric => (metric.Arm, metric.Name, metric.Split))) record.Add(metric);
        foreach (var claim in MiniatureVerdicts.Judge(options, findings, request.Seed)) record.Add(claim);
        RoutingChart.Of(findings, StrategiesSection.Prompt)?.Save(FileSystems.Default, request.Out, "routing-1");
        RoutingChart.Of(findings, StrategiesSection.Expert)?.Save(FileSystems.Default, request.Out, "routing-2");
        if (options.Sections.Contains("baselines")) MiniaturePictures.Save(lab, trainer, findings, request.Out);
    }

    private static RunData Described(string task, IReadOnlyList<TaskItem> test)
    {
        var text = string.Join('\n', test.Select(item => $"{item.Question}\t{item.Expected}"));
        return new RunData(
            $"task {task}, test", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), test.Count, "generated");
    }
}

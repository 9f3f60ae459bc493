using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Svf;

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Miniature;

/// <summary>
/// The miniature's pictures: learning curves, the multipliers of the first seed's experts, and the path between two experts.
/// </summary>
internal static class MiniaturePictures
{
    /// <summary>Writes them into a run's folder.</summary>
    public static void Save(Lab lab, ArmTrainer trainer, Findings findings, string folder)
    {
        Curves(findings).Save(folder, "learning");
        var experts = Arms.Tasks.Select(task => (Task: task, Expert: trainer.Expert(Arms.Svf(lab, trainer, task, 1)))).ToList();
        Spectra(experts).Save(folder, "spectra");
        foreach (var (task, expert) in experts)
        {
            SpectrumChart.Of($"svf-rl {task}", expert).Save(FileSystems.Default, folder, $"spectrum-{task}");
            expert.Dispose();
        }
        if (findings.Curves.TryGetValue("path", out var path))
        {
            new LineChart("Between two experts: share of right test answers", "share of the math expert, the rest is the code expert's",
                [new ChartPanel("accuracy", path)]).Save(folder, "path");
        }
    }

    private static LineChart Curves(Findings findings) => new(
        "Share of right validation answers, mean over seeds", "iteration (svf-rl) or step (lora)",
        [.. Arms.Tasks.Where(findings.Curves.ContainsKey).Select(task => new ChartPanel(task, findings.Curves[task], "share right"))]);

    // One line a kind of matrix, averaged over layers.
    private static LineChart Spectra(IReadOnlyList<(string Task, SvfExpert Expert)> experts) => new(
        "Multipliers z of the singular values, mean over layers, seed 1", "component, by falling singular value",
        [.. experts.Select(item => new ChartPanel(item.Task,
            [.. item.Expert.Matrices.GroupBy(matrix => matrix[(matrix.LastIndexOf('.') + 1)..]).Select(kind =>
                new ChartLine(kind.Key, Mean([.. kind.Select(item.Expert.Multipliers)])))], "z"))]);

    private static (double X, double Y)[] Mean(IReadOnlyList<float[]> rows) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(i => (i + 1.0, rows.Average(row => (double)row[i])))];
}

using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The pictures: the saw-tooth of the training loss, and accuracy against updates in new languages for both bodies.</summary>
internal static class ResetPictures
{
    private static readonly string[] _both = [ResetArms.Forgetting, ResetArms.Standard];

    /// <summary>Training loss of the first seed, forgetting and standard.</summary>
    public static LineChart SawTooth(SectionResult section) => new(
        "Training loss in language 1, seed 1", "updates",
        [
            new ChartPanel("masked-token loss (nats)", [.. _both.Select(arm => new ChartLine(
                Name(arm), [.. section.Bodies.First(body => body.Arm == arm && body.Seed == 1).Losses
                    .Select(point => ((double)point.Update, point.Loss))], Dashed: arm == ResetArms.Standard))]),
        ]);

    /// <summary>Mean accuracy over seeds and languages at and beyond two switches, a panel for every data cell.</summary>
    public static LineChart Curves(SectionResult section) => new(
        "Accuracy in distant new languages while their embeddings are learned", "updates of relearning",
        [.. section.Options.Budgets.Select(tokens => new ChartPanel($"accuracy, {tokens} tokens", [.. _both.Select(arm => new ChartLine(
            Name(arm), [.. section.Options.Relearning.ScoreAfter.Select(update => ((double)update, section.Cells
                .Where(cell => cell.Arm == arm && cell.Tokens == tokens && Endpoints.IsDistant(section, cell))
                .Average(cell => Endpoints.Score(cell, update))))],
            Dashed: arm == ResetArms.Standard))]))])
        { LogarithmicX = true };

    private static string Name(string arm) => arm == ResetArms.Forgetting ? "forgetting" : "standard";
}

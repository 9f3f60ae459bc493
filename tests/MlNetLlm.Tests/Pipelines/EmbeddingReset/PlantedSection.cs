using MlNetLlm.EmbeddingReset;
using MlNetLlm.Pipelines.EmbeddingReset;

namespace MlNetLlm.Tests.Pipelines.EmbeddingReset;

/// <summary>A section whose every score is a formula of arm, seed, distance, tokens and update.</summary>
internal static class PlantedSection
{
    public static readonly long[] Budgets = [480, 1920, 15360];
    public static readonly int[] Updates = [4, 10, 100];

    /// <summary>Accuracy of an arm: (seed, distance, place of the budget, place of the update) → score.</summary>
    public delegate double Formula(int seed, int distance, int budget, int update);

    public static SectionResult Of(int seeds, IReadOnlyDictionary<string, Formula> arms, double firstLanguageGap = 0)
    {
        var options = new SectionOptions
        {
            Name = "main", Arms = [.. arms.Keys], Seeds = seeds, Languages = ["d0", "d2", "d4"], Budgets = Budgets, Tasks = ["tagging"],
            Relearning = new RelearningOptions { Updates = 100, ScoreAfter = Updates },
        };
        var (bodies, cells) = (new List<TrainedBody>(), new List<CellResult>());
        for (var seed = 1; seed <= seeds; seed++)
            foreach (var (arm, formula) in arms)
            {
                bodies.Add(Body(arm, seed, 0.9 + (arm == "AF" ? firstLanguageGap : 0)));
                for (var b = 0; b < Budgets.Length; b++)
                    foreach (var distance in new[] { 0, 2, 4 })
                        cells.Add(Cell(arm, seed, distance, b, formula));
            }
        return new SectionResult(options, [], bodies, cells);
    }

    public static TrainedBody Body(string arm, int seed, double accuracy, params int?[] recoveries) => new(
        arm, seed, 1000, 1, 1.5, [], [.. recoveries.Select((recovery, i) => Episode(i, recovery))],
        new Dictionary<string, double> { ["tagging"] = accuracy }, new Dictionary<string, double> { ["tagging"] = 0.3 });

    private static CellResult Cell(string arm, int seed, int distance, int budget, Formula formula) => new(
        arm, seed, $"d{distance}", distance, Budgets[budget],
        [.. Updates.Select((update, u) => new CellScore("tagging", update, formula(seed, distance, budget, u)))],
        new Dictionary<string, double> { ["tagging"] = 0.3 }, new Dictionary<string, double> { ["tagging"] = 0.35 }, null);

    private static ResetEpisode Episode(int number, int? recovery) =>
        new(number, 1 + 50 * number, 50, 4, number == 0 ? null : 3, 1, recovery, 1, 2, 0.1, 50, 0);
}

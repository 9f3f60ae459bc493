using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>The pictures: the community matrices of both variants, and what both see of a planted modularity.</summary>
internal static class CommunitiesPictures
{
    /// <summary>Writes them into a folder.</summary>
    public static void Save(RunResults run, string folder)
    {
        var shown = run.Positive.Count > 0 ? run.Positive[0] : run.Models[0];
        Save(shown, folder, "communities-positive");
        if (run.Main.Count > 0) Save(run.Main[0], folder, "communities");
        var doses = run.Of(SubjectKind.Modular).GroupBy(model => model.Subject.Skip).OrderBy(dose => dose.Key).ToList();
        if (doses.Count > 1) Dose(run, doses).Save(folder, "dose");
    }

    private static void Save(Studied model, string folder, string name)
    {
        CommunityMatrix.Of(model).Save(Path.Combine(folder, $"{name}.svg"));
        CommunityCharts.Save(model, folder, name);
    }

    private static LineChart Dose(RunResults run, IReadOnlyList<IGrouping<double, Studied>> doses)
    {
        return new LineChart("Modularity by design: what each variant sees of it", "q, with which foreign layers are skipped in training",
        [
            new("module communities and owners, ARI",
            [
                Line("corrected", model => model.Network.OwnerAgreement ?? 0),
                Line("corrected, owned modules only", model => run.OwnedAgreement(model) ?? 0),
                Line("published", model => model.Network.Published.Mean(draw => draw.OwnerAgreement ?? 0), dashed: true),
            ]),
            new("F of functions (T1)",
            [
                Line("corrected", model => model.Network.Corrected.Functions.Statistic),
                Line("null mean", model => model.Network.Corrected.Functions.NullMean, dashed: true),
            ]),
        ]);

        ChartLine Line(string name, Func<Studied, double> of, bool dashed = false) =>
            new(name, [.. doses.Select(dose => (dose.Key, dose.Average(of))).Where(point => double.IsFinite(point.Item2))], dashed);
    }
}

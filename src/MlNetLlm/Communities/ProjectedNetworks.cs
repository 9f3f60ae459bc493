using MlNetLlm.Training;

namespace MlNetLlm.Communities;

/// <summary>The skills network and the modules network, projected from data sets × skills and data sets × modules.</summary>
/// <param name="Skills">Skills, joined through modules.</param>
/// <param name="Modules">Modules, joined through skills (published) or through data sets (corrected).</param>
/// <param name="SkillsByModules">(skills, modules): B^SM, as the skills network was made from.</param>
public sealed record ProjectedNetworks(NamedGraph Skills, NamedGraph Modules, NamedMatrix SkillsByModules)
{
    /// <summary>
    /// Variant P, as published: X min–max per skill, I sparsified at random, B = Xᵀ I sparsified again, then B Bᵀ and Bᵀ B with their
    /// diagonals as self-loops; nodes without edges vanish.
    /// </summary>
    /// <remarks>
    /// For replication. Its communities follow from the random draws: two draws of the same I do not agree (adjusted Rand about 0),
    /// and structure planted in I is not found.
    /// </remarks>
    /// <param name="counts">(data sets, skills): number of questions that need the skill.</param>
    /// <param name="importance">(data sets, modules), not negative; see <see cref="PublishedImportance"/>.</param>
    /// <param name="random">Of the two draws.</param>
    /// <param name="options">None = as published.</param>
    public static ProjectedNetworks Published(
        NamedMatrix counts, NamedMatrix importance, RandomStream random, SparsifierOptions? options = null)
    {
        CheckSameDataSets(counts, importance);
        var skills = Scaling.MinMaxColumns(counts.Values, out _);
        var drawn = Sparsifier.Sample(importance.Values, random, options);
        var b = Sparsifier.Sample(Projections.SkillsByModules(skills, drawn), random, options);
        return new ProjectedNetworks(
            new NamedGraph(counts.Columns, Projections.RowGraph(b)).WithoutIsolated(),
            new NamedGraph(importance.Columns, Projections.ColumnGraph(b)).WithoutIsolated(),
            new NamedMatrix(counts.Columns, importance.Columns, b));
    }

    /// <summary>
    /// Variant C, corrected: I as row shares; modules joined by the positive correlations of the columns of I's Pearson residuals,
    /// skills by those of the rows of the residuals of Xᵀ I. No self-loops, nothing random; every node stays.
    /// </summary>
    /// <param name="counts">(data sets, skills), not negative: counts, or graded entries.</param>
    /// <param name="importance">(data sets, modules), not negative.</param>
    public static ProjectedNetworks Corrected(NamedMatrix counts, NamedMatrix importance)
    {
        CheckSameDataSets(counts, importance);
        var shares = Scaling.RowShares(importance.Values);
        var b = Projections.SkillsByModules(counts.Values, shares);
        return new ProjectedNetworks(
            new NamedGraph(counts.Columns, Projections.RowCorrelations(Scaling.PearsonResiduals(b))),
            new NamedGraph(importance.Columns, Projections.ColumnCorrelations(Scaling.PearsonResiduals(shares))),
            new NamedMatrix(counts.Columns, importance.Columns, b));
    }

    /// <summary>
    /// The published importance I(d,w) = (1 − |accuracy before − accuracy after pruning|) · min–max over modules of the retained
    /// fraction r_w.
    /// </summary>
    /// <param name="retained">(data sets, modules): share of each matrix that pruning left.</param>
    /// <param name="before">(data sets): accuracy of the whole model, 0 … 1.</param>
    /// <param name="after">(data sets): accuracy of the model pruned for that data set, 0 … 1.</param>
    /// <param name="flat">Data sets whose modules all keep the same fraction: the min–max is undefined there and their rows are 0.</param>
    public static NamedMatrix PublishedImportance(
        NamedMatrix retained, IReadOnlyList<double> before, IReadOnlyList<double> after, out IReadOnlyList<int> flat)
    {
        if (before.Count != retained.Rows.Count || after.Count != retained.Rows.Count)
        {
            throw new ArgumentException($"Accuracies are given for {before.Count} data sets before and {after.Count} after pruning; "
                + $"retained fractions for {retained.Rows.Count}.");
        }

        var values = Scaling.MinMaxRows(retained.Values, out flat);
        for (var d = 0; d < values.GetLength(0); d++)
        {
            for (var w = 0; w < values.GetLength(1); w++)
                values[d, w] *= 1 - Math.Abs(before[d] - after[d]);
        }

        return retained.With(values);
    }

    private static void CheckSameDataSets(NamedMatrix counts, NamedMatrix importance)
    {
        if (counts.Rows.SequenceEqual(importance.Rows, StringComparer.Ordinal))
            return;
        var i = counts.Rows.Zip(importance.Rows).TakeWhile(pair => pair.First == pair.Second).Count();
        throw new ArgumentException(
            $"Skills and importances list different data sets: row {i} is '{counts.Rows.ElementAtOrDefault(i)}' "
            + $"and '{importance.Rows.ElementAtOrDefault(i)}'. Give both in the same order.");
    }
}

namespace MlNetLlm.Communities;

/// <summary>The skills one question of a data set needs.</summary>
/// <param name="DataSet">The data set it belongs to.</param>
/// <param name="Skills">The skills; named twice counts once.</param>
public sealed record SkillLabels(string DataSet, IReadOnlyList<string> Skills);

/// <summary>How often each data set needs each skill.</summary>
/// <param name="Counts">
/// (data sets, skills): number of questions. Data sets in order of appearance, skills as the taxonomy lists them.
/// </param>
/// <param name="Unknown">Labels that are not in the taxonomy, with their number; left out of the counts.</param>
public sealed record SkillCounts(NamedMatrix Counts, IReadOnlyDictionary<string, int> Unknown)
{
    /// <summary>Counts labelled questions; skills without any question keep a column of zeros.</summary>
    public static SkillCounts Of(IEnumerable<SkillLabels> questions, SkillTaxonomy taxonomy)
    {
        ArgumentNullException.ThrowIfNull(questions);
        ArgumentNullException.ThrowIfNull(taxonomy);
        var column = taxonomy.Skills.Index().ToDictionary(pair => pair.Item, pair => pair.Index, StringComparer.Ordinal);
        var (rows, names) = (new Dictionary<string, double[]>(StringComparer.Ordinal), new List<string>());
        var unknown = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var (dataSet, skills) in questions)
        {
            if (!rows.TryGetValue(dataSet, out var counts))
            {
                rows[dataSet] = counts = new double[taxonomy.Skills.Count];
                names.Add(dataSet);
            }

            foreach (var skill in skills.Distinct(StringComparer.Ordinal))
            {
                if (column.TryGetValue(skill, out var i))
                    counts[i]++;
                else
                    unknown[skill] = unknown.GetValueOrDefault(skill) + 1;
            }
        }

        var values = new double[names.Count, taxonomy.Skills.Count];
        for (var d = 0; d < names.Count; d++)
        {
            for (var i = 0; i < taxonomy.Skills.Count; i++)
                values[d, i] = rows[names[d]][i];
        }

        return new SkillCounts(new NamedMatrix(names, taxonomy.Skills, values), unknown);
    }
}

using MlNetLlm.Persistence;

namespace MlNetLlm.Communities;

/// <summary>
/// All that the network stage works on, measured once on a model: skills, data sets and modules with the matrices between them, what was
/// found in them, and the seeds. Saved as JSON and CSV, so that the stage runs again without the model, or in another program.
/// </summary>
public sealed record MultiplexNetwork
{
    /// <summary>What was measured, for the reader: model, fingerprint, method.</summary>
    public string Source { get; init; } = "";

    /// <summary>X, (data sets, skills): number of questions that need the skill, or graded entries.</summary>
    public required NamedMatrix Skills { get; init; }

    /// <summary>I, (data sets, modules): importance, with the same data sets as <see cref="Skills"/>.</summary>
    public required NamedMatrix Importance { get; init; }

    /// <summary>Ĩ, (data sets, modules): Pearson residuals of the importances, when they were computed.</summary>
    public NamedMatrix? Residuals { get; init; }

    /// <summary>C of the skills, (skills, skills): share of runs that put two skills together.</summary>
    public NamedMatrix? SkillCoAssignment { get; init; }

    /// <summary>C of the modules, (modules, modules): share of runs that put two modules together.</summary>
    public NamedMatrix? ModuleCoAssignment { get; init; }

    /// <summary>Labels of skills, data sets or modules, by the labelling's name: functions, communities, surfaces.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Labels { get; init; }
        = new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>The seed of every random stream, by its purpose.</summary>
    /// <value>None.</value>
    public IReadOnlyDictionary<string, long> Seeds { get; init; } = new Dictionary<string, long>();

    /// <summary>Writes a folder: network.json and one CSV file for each matrix. It appears whole or not at all.</summary>
    /// <param name="folder">The folder to make or replace.</param>
    /// <param name="fileSystem">Where to write; none = the disk.</param>
    /// <exception cref="ArgumentException">The matrices do not fit together; lists every fault.</exception>
    public void Save(string folder, IFileSystem? fileSystem = null)
    {
        if (Faults().ToArray() is { Length: > 0 } faults)
            throw new ArgumentException($"The network cannot be saved: {string.Join("; ", faults)}.");
        MultiplexFolder.Save(this, folder, fileSystem ?? FileSystems.Default);
    }

    /// <summary>Reads a folder that <see cref="Save"/> wrote.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">A file was changed, or does not fit the others.</exception>
    public static MultiplexNetwork Load(string folder) => MultiplexFolder.Load(folder);

    /// <summary>What does not fit together, one sentence each.</summary>
    internal IEnumerable<string> Faults()
    {
        var (dataSets, skills, modules) = (Skills.Rows, Skills.Columns, Importance.Columns);
        (string Name, NamedMatrix? Matrix, IReadOnlyList<string> Rows, IReadOnlyList<string> Columns)[] shapes =
        [
            (nameof(Skills), Skills, dataSets, skills), (nameof(Importance), Importance, dataSets, modules),
            (nameof(Residuals), Residuals, dataSets, modules), (nameof(SkillCoAssignment), SkillCoAssignment, skills, skills),
            (nameof(ModuleCoAssignment), ModuleCoAssignment, modules, modules),
        ];
        foreach (var (name, matrix, rows, columns) in shapes)
        {
            if (matrix is null)
                continue;
            if (!matrix.Rows.SequenceEqual(rows) || !matrix.Columns.SequenceEqual(columns))
                yield return $"{name} has other rows or columns than {nameof(Skills)} and {nameof(Importance)}, or another order";
            foreach (var value in matrix.Values)
            {
                if (double.IsFinite(value))
                    continue;
                yield return $"{name} holds {value}";
                break;
            }
        }

        var known = dataSets.Concat(skills).Concat(modules).ToHashSet(StringComparer.Ordinal);
        foreach (var (name, labels) in Labels)
        {
            if (labels.Keys.FirstOrDefault(node => !known.Contains(node)) is { } unknown)
                yield return $"labels '{name}' name '{unknown}', which is no skill, data set or module";
        }
    }
}

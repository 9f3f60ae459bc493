using MlNetLlm.Persistence;

namespace MlNetLlm.Communities;

/// <summary>The folder of a <see cref="MultiplexNetwork"/>: network.json beside matrices with fixed names.</summary>
internal static class MultiplexFolder
{
    private const string DescriptionName = "network.json";
    private const string SkillsName = "skills.csv";
    private const string ImportanceName = "importance.csv";
    private const string ResidualsName = "residuals.csv";
    private const string SkillCoAssignmentName = "skill-co-assignment.csv";
    private const string ModuleCoAssignmentName = "module-co-assignment.csv";

    /// <summary>What network.json holds; the optional matrices are there when their files are.</summary>
    private sealed record Description(
        int Format,
        string Source,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Labels,
        IReadOnlyDictionary<string, long> Seeds)
    {
        internal const int CurrentFormat = 1;
    }

    public static void Save(MultiplexNetwork network, string folder, IFileSystem fileSystem)
        => AtomicFolder.Write(fileSystem, folder, temporary =>
        {
            var description = new Description(Description.CurrentFormat, network.Source, network.Labels, network.Seeds);
            AtomicFile.WriteAllBytes(fileSystem, Path.Combine(temporary, DescriptionName), StrictJson.ToBytes(description));
            (string Name, NamedMatrix? Matrix)[] matrices =
            [
                (SkillsName, network.Skills), (ImportanceName, network.Importance), (ResidualsName, network.Residuals),
                (SkillCoAssignmentName, network.SkillCoAssignment), (ModuleCoAssignmentName, network.ModuleCoAssignment),
            ];
            foreach (var (name, matrix) in matrices)
            {
                if (matrix is not null)
                    MatrixCsv.Write(fileSystem, Path.Combine(temporary, name), matrix);
            }
        });

    public static MultiplexNetwork Load(string folder)
    {
        var current = AtomicFolder.Open(folder);
        var path = Path.Combine(current, DescriptionName);
        var description = StrictJson.ReadFile<Description>(path);
        if (description.Format != Description.CurrentFormat)
        {
            throw new InvalidDataException($"'{path}' has format {description.Format}; this version reads {Description.CurrentFormat}. "
                + "Use the version that wrote it.");
        }

        NamedMatrix? Optional(string name) => File.Exists(Path.Combine(current, name)) ? MatrixCsv.Read(Path.Combine(current, name)) : null;
        var network = new MultiplexNetwork
        {
            Source = description.Source,
            Skills = MatrixCsv.Read(Path.Combine(current, SkillsName)),
            Importance = MatrixCsv.Read(Path.Combine(current, ImportanceName)),
            Residuals = Optional(ResidualsName),
            SkillCoAssignment = Optional(SkillCoAssignmentName),
            ModuleCoAssignment = Optional(ModuleCoAssignmentName),
            Labels = description.Labels,
            Seeds = description.Seeds,
        };
        var faults = network.Faults().ToArray();
        return faults.Length == 0
            ? network
            : throw new InvalidDataException($"'{folder}' does not fit together: {string.Join("; ", faults)}.");
    }
}

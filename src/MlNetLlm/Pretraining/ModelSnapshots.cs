using System.Globalization;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pretraining;

/// <summary>The models that a training run kept along its way, one folder a step, each complete in itself.</summary>
public sealed class ModelSnapshots
{
    private const string Prefix = "step-";

    private ModelSnapshots(string folder, IReadOnlyList<int> steps) => (Folder, Steps) = (folder, steps);

    /// <summary>Where they are.</summary>
    public string Folder { get; }

    /// <summary>The steps after which a model was kept, ascending; 0 is the untrained one.</summary>
    public IReadOnlyList<int> Steps { get; }

    /// <summary>Finds what a run kept. Folders that were never completed are left out.</summary>
    /// <param name="folder">The folder of <see cref="SnapshotOptions"/>.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder, or no complete model in it.</exception>
    public static ModelSnapshots Open(string folder)
    {
        var steps = Directory.Exists(folder)
            ? Numbers(folder).Where(step => AtomicFolder.Exists(PathOf(folder, step))).Order().ToList() : [];
        return steps.Count > 0
            ? new ModelSnapshots(folder, steps)
            : throw new DirectoryNotFoundException($"There is no model of a training run in '{folder}'. Train with Snapshots set to it.");
    }

    /// <summary>Reads the model of a step.</summary>
    /// <param name="step">One of <see cref="Steps"/>.</param>
    /// <returns>The model; the caller disposes of it.</returns>
    /// <exception cref="ArgumentException">No model of that step was kept.</exception>
    /// <exception cref="InvalidDataException">The folder is damaged.</exception>
    public LanguageModel Load(int step) => Steps.Contains(step)
        ? LanguageModel.Load(PathOf(Folder, step))
        : throw new ArgumentException($"No model of step {step} was kept in '{Folder}'. Kept: {string.Join(", ", Steps)}.", nameof(step));

    /// <summary>Keeps a model. The folder of a step that is there already is replaced.</summary>
    internal static void Keep(LanguageModel model, string folder, int step)
    {
        FileSystems.Default.CreateFolder(folder);
        model.Save(PathOf(folder, step));
    }

    private static string PathOf(string folder, int step) => Path.Combine(folder, $"{Prefix}{step:D6}");

    private static IEnumerable<int> Numbers(string folder)
    {
        foreach (var path in Directory.EnumerateDirectories(folder, $"{Prefix}*"))
            if (int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
                yield return step;
    }
}

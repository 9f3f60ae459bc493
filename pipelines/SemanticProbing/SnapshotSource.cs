using System.Globalization;
using MlNetLlm.Karel;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pretraining;
using MlNetLlm.Tokenization;
using TorchSharp;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>The snapshots of one model, kept by a run of ours or made elsewhere.</summary>
/// <param name="Steps">Their steps, ascending.</param>
/// <param name="Read">Reads one.</param>
internal sealed record SnapshotSource(IReadOnlyList<int> Steps, Func<int, LanguageModel> Read)
{
    /// <summary>What a run of ours kept.</summary>
    public static SnapshotSource Of(ModelSnapshots snapshots) => new(snapshots.Steps, snapshots.Load);

    /// <summary>The folders in a folder whose names end with a step, such as checkpoint-76000.</summary>
    /// <exception cref="DirectoryNotFoundException">There is none.</exception>
    public static SnapshotSource In(string folder)
    {
        var found = new SortedDictionary<int, string>();
        foreach (var path in Directory.Exists(folder) ? Directory.EnumerateDirectories(folder) : [])
            if (int.TryParse(Path.GetFileName(path).Split('-')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var step))
                found[step] = path;
        return found.Count > 0
            ? new([.. found.Keys], step => LanguageModel.Load(found[step]))
            : throw new DirectoryNotFoundException(
                $"'{folder}' has no checkpoint: expected folders whose names end with a hyphen and the step, such as checkpoint-76000.");
    }

    /// <summary>Reads a snapshot onto a device; the caller disposes of it.</summary>
    public LanguageModel Load(int step, string device) => Read(step).To(device);

    /// <summary>How a checkpoint made elsewhere reads tasks: the paper's text in its own tokens.</summary>
    /// <exception cref="ArgumentException">Its tokenizer lacks words of the text.</exception>
    public static KarelReading Reading(LanguageModel checkpoint) => checkpoint.Tokenizer is TextTokenizer tokenizer
        ? new KarelReading(new KarelTokenizedEncoding(tokenizer))
        : throw new ArgumentException(
            $"The checkpoint's tokenizer is a {checkpoint.Tokenizer.GetType().Name}; expected one of this library.");
}

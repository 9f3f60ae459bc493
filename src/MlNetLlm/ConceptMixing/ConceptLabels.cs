using System.IO.MemoryMappedFiles;
using MlNetLlm.Persistence;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Labels of a text, position by position, mapped from the folder they were written to: two bytes a label, all kinds side by side. The
/// folder's checksums are verified when it is opened.
/// </summary>
public sealed class ConceptLabels : IDisposable
{
    internal const string ManifestName = "labels.json";

    private readonly List<(MemoryMappedFile File, MemoryMappedViewAccessor View)> _maps = [];
    private readonly List<ConceptLabelTrack> _tracks = [];

    private ConceptLabels(string folder, ConceptLabelManifest manifest)
    {
        Manifest = manifest;
        foreach (var kind in manifest.Kinds)
        {
            var map = MemoryMappedFile.CreateFromFile(
                Path.Combine(folder, FileOf(kind.Kind)), FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
            _maps.Add((map, view));
            _tracks.Add(new ConceptLabelTrack(
                $"{kind.Kind}", manifest.Windows, manifest.SequenceLength, manifest.LabelsPerToken, kind.Concepts,
                kind.Kind == ConceptLabelKind.NextTokens ? null : kind.Active, (first, labels) => Read(view, first, labels))
            {
                Identity = $"{kind.Kind}/{manifest.Teacher}/{manifest.Data}/{manifest.Identity}", Data = manifest.Data,
            });
        }
    }

    /// <summary>How many windows are labelled.</summary>
    public int Windows => Manifest.Windows;

    /// <summary>Positions of a window.</summary>
    public int SequenceLength => Manifest.SequenceLength;

    /// <summary>K_a: labels a position has at most.</summary>
    public int LabelsPerToken => Manifest.LabelsPerToken;

    /// <summary>The kinds of labels there are.</summary>
    public IReadOnlyList<ConceptLabelKind> Kinds => [.. Manifest.Kinds.Select(kind => kind.Kind)];

    /// <summary>Identifies the tokens and windows they belong to.</summary>
    public string DataFingerprint => Manifest.Data;

    /// <summary>The teacher's mean loss per target, in nats; null where there was none.</summary>
    public double? TeacherLoss => Manifest.TeacherLoss;

    internal ConceptLabelManifest Manifest { get; }

    /// <summary>Opens a folder of labels.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or of another version.</exception>
    public static ConceptLabels Open(string folder)
    {
        var current = AtomicFolder.Open(folder);
        var path = Path.Combine(current, ManifestName);
        var manifest = StrictJson.ReadFile<ConceptLabelManifest>(path);
        if (manifest.Format != ConceptLabelManifest.CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {manifest.Format}; this version reads {ConceptLabelManifest.CurrentFormat}.");
        if (manifest.Windows < 1 || manifest.SequenceLength < 2 || manifest.LabelsPerToken < 1)
            throw new InvalidDataException($"'{path}' has {manifest.Windows} windows of {manifest.SequenceLength} tokens with "
                + $"{manifest.LabelsPerToken} labels each; it is damaged.");
        var bytes = (long)manifest.Windows * manifest.SequenceLength * manifest.LabelsPerToken * sizeof(ushort);
        foreach (var kind in manifest.Kinds)
            if (!Enum.IsDefined(kind.Kind) || new FileInfo(Path.Combine(current, FileOf(kind.Kind))) is not { Exists: true } file
                || file.Length != bytes)
                throw new InvalidDataException($"'{path}' asks for {bytes} bytes of {kind.Kind} labels, which are not there.");
        return new ConceptLabels(current, manifest);
    }

    /// <summary>The labels of one kind.</summary>
    /// <param name="kind">The kind.</param>
    /// <exception cref="ArgumentException">There are none of this kind.</exception>
    public ConceptLabelTrack this[ConceptLabelKind kind]
    {
        get
        {
            var place = Kinds.ToList().IndexOf(kind);
            return place >= 0 ? _tracks[place] : throw new ArgumentException(
                $"There are no {kind} labels; there are {string.Join(", ", Kinds)}. Label with that kind among Kinds.", nameof(kind));
        }
    }

    /// <summary>Closes the files; their labels can no longer be read.</summary>
    public void Dispose()
    {
        foreach (var (file, view) in _maps)
        {
            view.Dispose();
            file.Dispose();
        }
        _maps.Clear();
    }

    internal static string FileOf(ConceptLabelKind kind) => $"{kind}.labels";

    private static void Read(MemoryMappedViewAccessor view, long first, Span<int> labels)
    {
        var stored = new ushort[labels.Length];
        view.ReadArray(first * sizeof(ushort), stored, 0, stored.Length);
        for (var i = 0; i < stored.Length; i++) labels[i] = stored[i] == LabelPart.None ? LabelSelection.None : stored[i];
    }
}

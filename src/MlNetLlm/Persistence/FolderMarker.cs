namespace MlNetLlm.Persistence;

/// <summary>What <c>marker.json</c> holds: the files that make the folder complete.</summary>
internal sealed record FolderMarker(int Format, IReadOnlyList<FolderFile> Files)
{
    public const int CurrentFormat = 1;

    public byte[] ToJson() => StrictJson.ToBytes(this);

    public static FolderMarker Read(string path)
    {
        var marker = StrictJson.ReadFile<FolderMarker>(path);
        if (marker.Format != CurrentFormat)
            throw new InvalidDataException(
                $"'{path}' has format {marker.Format}; this version reads {CurrentFormat}. Use the version that wrote it.");
        foreach (var file in marker.Files)
            if (!StaysInside(file.Name))
                throw new InvalidDataException($"'{path}' lists '{file.Name}', which is no plain path inside its folder.");
        if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(marker.ToJson()))   // finds what JSON forgives, such as a letter's case
            throw new InvalidDataException($"'{path}' was changed after it was written.");
        return marker;
    }

    private static bool StaysInside(string name)
        => name.Length > 0 && !name.Contains('\\') && !name.Contains(':') && !name.Contains('\0')
            && name.Split('/').All(part => part is not ("" or "." or ".."));
}

/// <summary>One file of a marker; the name is relative, with '/' between folders.</summary>
internal sealed record FolderFile(string Name, long Length, string Sha256);

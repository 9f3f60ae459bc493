namespace MlNetLlm.Data;

/// <summary>What <c>catalog.json</c> holds.</summary>
internal sealed record DatasetList(int Format, IReadOnlyList<DatasetEntry> Datasets);

/// <summary>One data set of the catalog.</summary>
internal sealed record DatasetEntry(
    string Name, string Title, string Licence, IReadOnlyList<string> Source, string Get, IReadOnlyList<DatasetFile> Files);

/// <summary>One file of a data set; <paramref name="From"/> is its path at the source.</summary>
internal sealed record DatasetFile(string Name, long Bytes, string Sha256, string? From = null);

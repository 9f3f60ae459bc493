namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Public benchmarks, read from the data sets of the catalogue.</summary>
public sealed record RealOptions
{
    /// <summary>The data sets: benchmark or benchmark/subject, perhaps with @split: mmlu/anatomy@test. Else validation is read.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>Questions of each.</summary>
    public int Questions { get; init; } = 100;

    /// <summary>The model that answers them: a folder, or a data set of the catalogue.</summary>
    public string? Model { get; init; }

    /// <summary>Standard errors above chance that a set needs to stay in the analysis.</summary>
    public double Errors { get; init; } = 3;

    /// <summary>
    /// A file of JSON lines with "dataSet" and "skills" for each labelled question, by the published taxonomy. Needed for networks over
    /// these sets.
    /// </summary>
    public string? Labels { get; init; }
}

using System.Text.Json;
using MlNetLlm.Persistence;

namespace MlNetLlm.Training;

/// <summary>Refuses to continue a run under conditions that are not its own: the result would be no run that anyone asked for.</summary>
internal static class ResumeCheck
{
    /// <summary>Options that say where and how often to keep a run, not what it computes.</summary>
    private static readonly string[] _free =
    [
        nameof(TrainingOptions.CheckpointFolder), nameof(TrainingOptions.CheckpointEvery), nameof(TrainingOptions.KeepCheckpoints),
        nameof(TrainingOptions.Resume),
    ];

    /// <summary>The options that define a run, by name.</summary>
    public static IReadOnlyDictionary<string, JsonElement> Defining(TrainingOptions options)
        => JsonSerializer.SerializeToElement(options, options.GetType(), JsonOptions.Strict).EnumerateObject()
            .Where(option => !_free.Contains(option.Name, StringComparer.OrdinalIgnoreCase))
            .ToDictionary(option => option.Name, option => option.Value);

    /// <summary>Compares a checkpoint's conditions with those of now.</summary>
    /// <exception cref="InvalidOperationException">They differ; the message lists each difference.</exception>
    public static void Require(TrainingState saved, TrainingState now, string folder)
    {
        var names = saved.Options.Keys.Union(now.Options.Keys);
        var differences = names.Where(name => Text(saved, name) != Text(now, name))
            .Select(name => $"{Public(name)} was {Text(saved, name)} and is {Text(now, name)}").ToList();
        if (saved.ModelFingerprint != now.ModelFingerprint)
            differences.Add($"the model was {Short(saved.ModelFingerprint)} and is {Short(now.ModelFingerprint)}");
        if (saved.DataFingerprint != now.DataFingerprint)
            differences.Add($"the data was {Short(saved.DataFingerprint)} and is {Short(now.DataFingerprint)}");
        if (differences.Count > 0)
            throw new InvalidOperationException($"Cannot resume from step {saved.Step} in '{folder}': {string.Join("; ", differences)}. "
                + "Resume with what the run was started with, or start afresh in another CheckpointFolder.");
    }

    private static string Text(TrainingState state, string name)
        => state.Options.TryGetValue(name, out var value) ? JsonSerializer.Serialize(value) : "absent";

    private static string Public(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string Short(string fingerprint) => fingerprint.Length > 12 ? fingerprint[..12] + "…" : fingerprint;
}

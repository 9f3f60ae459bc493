using System.Text.Json.Nodes;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// The finished parts of a run, each kept in a file of its own, so that a stopped run goes on with --resume where it was. A plan beside
/// them says which options they belong to: parts of different options are never mixed, and a run is never overwritten.
/// </summary>
internal sealed class KeptParts
{
    /// <summary>What the parts of a folder belong to.</summary>
    /// <param name="Seed">The run's seed.</param>
    /// <param name="Options">Every option.</param>
    private sealed record Plan(int Seed, JsonNode Options);

    private const string FolderName = "parts";
    private const string PlanFile = "plan.json";

    private readonly string _folder;
    private readonly bool _resume;
    private readonly RunSessions _sessions;

    private KeptParts(string folder, bool resume, RunSessions sessions) => (_folder, _resume, _sessions) = (folder, resume, sessions);

    /// <summary>Takes over a run's folder, or starts one.</summary>
    /// <param name="request">Names the folder, and says whether to go on with what it holds.</param>
    /// <param name="options">The run's options.</param>
    /// <param name="sessions">The processes that make the parts.</param>
    /// <exception cref="InvalidOperationException">
    /// The folder holds a run and --resume was not given, or it was given and that run has other options or ran on something else.
    /// </exception>
    public static KeptParts Open<TOptions>(RunRequest request, TOptions options, RunSessions sessions)
    {
        Check(request, options);
        var kept = new KeptParts(Path.Combine(request.Out, FolderName), request.Resume, sessions);
        if (!request.Resume) FileSystems.Default.Delete(kept._folder);
        AtomicFile.WriteAllBytes(FileSystems.Default, Path.Combine(request.Out, PlanFile), StrictJson.ToBytes(PlanOf(request, options)));
        sessions.Begin();
        return kept;
    }

    /// <summary>Says whether <see cref="Open"/> would take the folder; nothing is written.</summary>
    /// <inheritdoc cref="Open"/>
    public static void Check<TOptions>(RunRequest request, TOptions options)
    {
        var parts = Path.Combine(request.Out, FolderName);
        var finished = File.Exists(Path.Combine(request.Out, StoredRun.ResultFile));
        if (request.Resume)
        {
            if (PlanOf(request.Out) is { } held) Require(PlanOf(request, options), held, request.Out);
            if (!finished) RunSessions.Check(request.Out);
            return;
        }
        if (finished)
            throw new InvalidOperationException($"'{request.Out}' holds a finished run. Choose another --out, or remove it.");
        var found = Directory.Exists(parts) ? Directory.GetFiles(parts, "*.json").Length : 0;
        if (found > 0)
            throw new InvalidOperationException(
                $"'{request.Out}' holds {found} finished part(s) of a run that was stopped. Go on with --resume, or choose another --out.");
    }

    private static Plan PlanOf<TOptions>(RunRequest request, TOptions options) => new(request.Seed, PresetFile.ToJson(options));

    // A result says it too, where it was copied alone; null where the folder holds neither.
    private static Plan? PlanOf(string folder) => Path.Combine(folder, PlanFile) is var plan && File.Exists(plan)
        ? StrictJson.ReadFile<Plan>(plan)
        : StoredRun.Open(folder).Result is { } result ? new Plan(result.Seed, result.Options) : null;

    /// <summary>A part that an earlier run has finished, else one made now and kept.</summary>
    /// <param name="name">Its name: letters, digits, dots and hyphens.</param>
    /// <param name="make">Makes it.</param>
    public T Get<T>(string name, Func<T> make)
    {
        if (name.Length == 0 || name.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.')))
            throw new ArgumentException($"Part '{name}': a name has letters, digits, dots and hyphens only.");
        var file = Path.Combine(_folder, $"{name}.json");
        if (_resume && File.Exists(file)) return StrictJson.ReadFile<T>(file);
        var part = make();
        AtomicFile.WriteAllBytes(FileSystems.Default, file, StrictJson.ToBytes(part));
        _sessions.Save();
        return part;
    }

    private static void Require(Plan wanted, Plan found, string folder)
    {
        if (wanted.Seed != found.Seed)
            throw new InvalidOperationException($"'{folder}' holds a run with seed {found.Seed}, not {wanted.Seed}. {WayOut}");
        var (mine, theirs) = (wanted.Options.AsObject(), found.Options.AsObject());
        foreach (var name in mine.Select(p => p.Key).Union(theirs.Select(p => p.Key)))
        {
            if (!JsonNode.DeepEquals(mine[name], theirs[name]))
            {
                throw new InvalidOperationException(
                    $"'{folder}' holds a run with {name} = {Text(theirs[name])}, not {Text(mine[name])}. {WayOut}");
            }
        }
    }

    private const string WayOut = "Resume with the same preset, seed and settings, or choose another --out.";

    private static string Text(JsonNode? value)
    {
        var text = value?.ToJsonString() ?? "none";
        return text.Length <= 80 ? text : text[..77] + "...";
    }
}

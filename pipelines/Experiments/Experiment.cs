using System.Text.Json.Nodes;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>One experiment of the command: presets on disk, options as a record, a run that ends in a result.</summary>
public abstract class Experiment
{
    /// <summary>Short name on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>One line for lists and help.</summary>
    public abstract string Title { get; }

    /// <summary>The experiment's folder under pipelines/, which holds presets/ and README.md.</summary>
    public abstract string Folder { get; }

    /// <summary>Runs it.</summary>
    public abstract RunResult Run(RunRequest request, RunContext context);

    /// <summary>Reads and checks the options, defaults included, without running anything.</summary>
    /// <exception cref="ArgumentException">
    /// The preset or an option is unknown, a setting is no Name=Value, or a value is not one that a stage of the run could use.
    /// </exception>
    /// <exception cref="InvalidDataException">A value does not fit its option.</exception>
    public abstract JsonNode Options(string preset, IReadOnlyList<string> sets);

    /// <summary>Checks what a run of this request would refuse; nothing is written.</summary>
    /// <exception cref="ArgumentException">As of <see cref="Options"/>.</exception>
    /// <exception cref="InvalidOperationException">The folder holds another run, or one begun on something else.</exception>
    public abstract void Check(RunRequest request);

    /// <summary>Names of the presets, smallest first.</summary>
    public IReadOnlyList<string> Presets =>
        [.. PresetOrder.Where(preset => File.Exists(PresetPath(preset)))];

    /// <summary>The file of a preset.</summary>
    public string PresetPath(string preset) => Path.Combine(AppContext.BaseDirectory, Folder, "presets", $"{preset}.json");

    private static readonly string[] PresetOrder = ["smoke", "quick", "mini", "paper"];
}

/// <summary>What the command line asks of an experiment.</summary>
/// <param name="Preset">The preset to start from.</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Sets">Options to change, as Name=Value or Group.Name=Value.</param>
/// <param name="Out">Folder for everything the run writes.</param>
/// <param name="Resume">Whether to go on with what an earlier process left in that folder.</param>
public sealed record RunRequest(string Preset, int Seed, IReadOnlyList<string> Sets, string Out, bool Resume)
{
    /// <summary>Every option, as an earlier run's result has them; they take the place of the preset's. Null = the preset's.</summary>
    public JsonNode? Options { get; init; }
}

/// <summary>An experiment with its options.</summary>
/// <typeparam name="TOptions">The record a preset fills.</typeparam>
public abstract class Experiment<TOptions> : Experiment
    where TOptions : class
{
    /// <inheritdoc/>
    public sealed override RunResult Run(RunRequest request, RunContext context)
    {
        var options = OptionsOf(request);
        var record = context.Begin(this, request, PresetFile.ToJson(options));
        try
        {
            Run(options, request, context, record);
        }
        finally
        {
            record.Sessions.Save();   // what a stopped run took counts, when it is resumed
        }
        return record.Finish();
    }

    /// <inheritdoc/>
    public sealed override JsonNode Options(string preset, IReadOnlyList<string> sets) =>
        PresetFile.ToJson(Checked(PresetFile.Load<TOptions>(this, preset, sets)));

    /// <inheritdoc/>
    public sealed override void Check(RunRequest request) => KeptParts.Check(request, OptionsOf(request));

    private TOptions OptionsOf(RunRequest request) => Checked(request.Options is { } given
        ? PresetFile.FromJson<TOptions>(given)
        : PresetFile.Load<TOptions>(this, request.Preset, request.Sets));

    private TOptions Checked(TOptions options)
    {
        Check(options);
        return options;
    }

    /// <summary>Checks the options and what every stage makes of them, so that a wrong value stops a run before its first stage.</summary>
    /// <exception cref="ArgumentException">Lists every fault with its value.</exception>
    protected abstract void Check(TOptions options);

    /// <summary>Does the work and notes data, metrics and claims in <paramref name="record"/>.</summary>
    protected abstract void Run(TOptions options, RunRequest request, RunContext context, RunRecord record);
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using MlNetLlm.Data;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>
/// The files of an ejected project. The pipeline's sources are the same for every run and lie as they are in a folder Ejected of the
/// experiment, what all experiments share in Ejection/Ejected; all that a run decides is in one file of values, and in files of data where
/// the run made its own.
/// </summary>
internal sealed class EjectedRun
{
    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string Shared = "Ejection/Ejected";

    private readonly RunResult _result;
    private readonly string _sources;
    private readonly ValuesFile _values = new();
    private readonly List<(string Name, string Text)> _others = [];
    private readonly List<Dataset> _datasets = [];

    /// <summary>Starts one.</summary>
    /// <param name="result">The run.</param>
    /// <param name="sources">The folder of the sources, from the command's own: for example EmbeddingReset/Ejected.</param>
    /// <param name="leftOut">What of the run is not in the project, after "Left out: ".</param>
    public EjectedRun(RunResult result, string sources, string leftOut)
    {
        (_result, _sources, LeftOut) = (result, sources, leftOut);
        Value("Threads", "Threads of a pass: with as many, on the same kind of machine, the numbers are the run's bit for bit.",
            result.Environment.Threads);
        Value("Seed", "The run's seed.", result.Seed);
    }

    /// <summary>What of the run is not in the project.</summary>
    public string LeftOut { get; }

    /// <summary>The data sets of the catalog that the project finds by their names.</summary>
    public IReadOnlyList<Dataset> Datasets => _datasets;

    /// <summary>Adds a value, which the sources find as <c>Values.Name</c>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="says">What it is, in a line.</param>
    /// <param name="value">The value: an options record, a number, a text, an enum, or lists and dictionaries of these.</param>
    public EjectedRun Value<T>(string name, string says, T value)
    {
        _values.Add(name, says, value);
        return this;
    }

    /// <summary>
    /// Adds a value that names data: a data set of the checkout's catalog, which the project finds by its name beside its program, or a
    /// path.
    /// </summary>
    /// <exception cref="FileNotFoundException">It is neither, or the data set is not on this machine.</exception>
    public EjectedRun Place(string name, string says, string place)
    {
        if (Path.Exists(place) || Repository.Root() is null || !DatasetCatalog.Default.Names.Contains(place))
            return Value(name, says, Path.GetFullPath(DatasetCatalog.Resolve(place)));
        if (_datasets.All(known => known.Name != place)) _datasets.Add(DatasetCatalog.Default.Find(place));
        return Value(name, says, place);
    }

    /// <summary>Adds a source of the experiment itself that the pipeline needs, as it is.</summary>
    /// <param name="path">The file, from the command's own folder.</param>
    public EjectedRun Source(string path) => Data(Path.GetFileName(path), Read(path));

    /// <summary>Adds a file of data beside the sources.</summary>
    public EjectedRun Data(string name, string text)
    {
        _others.Add((name, text));
        return this;
    }

    /// <summary>Adds a file of data with a row a line, as JSON.</summary>
    public EjectedRun Rows<TRow>(string name, IEnumerable<TRow> rows) => Data(name, rows.Aggregate(
        new StringBuilder(), (text, row) => text.Append(JsonSerializer.Serialize(row, _json)).Append('\n')).ToString());

    /// <summary>Every file but the project's.</summary>
    public IEnumerable<(string Name, string Text)> Files()
    {
        var sources = new[] { Shared, _sources }.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder), "*.cs"));
        foreach (var path in sources.Order(StringComparer.Ordinal)) yield return (Path.GetFileName(path), Read(path));
        yield return ("Values.cs", _values.Text(
            $"What a run of {_result.Experiment} (preset {ObjectText.Literal(_result.Preset)}, seed {_result.Seed}) was run with."));
        foreach (var file in _others) yield return file;
    }

    private static string Read(string path) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, path));
}

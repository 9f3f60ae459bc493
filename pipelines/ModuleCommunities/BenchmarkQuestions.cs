using Microsoft.ML;
using MlNetLlm.Communities;
using MlNetLlm.Persistence;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Public benchmarks with labelled skills, for models made elsewhere: the published set-up.</summary>
internal sealed class BenchmarkQuestions : IQuestions
{
    /// <summary>Fewer questions than these are no test: a set with no more behind those for calibration is tested on all it has.</summary>
    private const int FewestTested = 20;

    private readonly MLContext _ml;
    private readonly IReadOnlyList<BenchmarkSet> _sets;
    private readonly int _calibration;

    /// <summary>Takes sets and the labels of their questions.</summary>
    /// <param name="ml">The context.</param>
    /// <param name="sets">The sets.</param>
    /// <param name="labels">JSON lines with dataSet and skills, one a labelled question.</param>
    /// <param name="calibration">
    /// Questions of a set that importances are measured on: its first; the others are its test, where there are enough.
    /// </param>
    /// <exception cref="InvalidDataException">A set has no label that is in the taxonomy.</exception>
    public BenchmarkQuestions(MLContext ml, IReadOnlyList<BenchmarkSet> sets, string labels, int calibration)
    {
        (_ml, _sets, _calibration) = (ml, sets, calibration);
        var lines = File.ReadLines(labels).Where(line => line.Length > 0);
        Counts = Of(SkillCounts.Of(lines.Select(line => StrictJson.Parse<SkillLabels>(line, labels)), Taxonomy).Counts, labels);
        Sets = [.. sets.Select((set, row) => new QuestionSet(set.Name, Function(row), set.Name, "", true))];
    }

    public IReadOnlyList<QuestionSet> Sets { get; }

    public NamedMatrix Counts { get; }

    public SkillTaxonomy Taxonomy => SkillTaxonomy.Published;

    public IDataView Calibration(string? function) =>
        View(function, set => IsDivided(set) ? set.Rows.Take(_calibration) : set.Rows);

    public IDataView Test(string? function) =>
        View(function, set => IsDivided(set) ? set.Rows.Skip(_calibration) : set.Rows);

    private bool IsDivided(BenchmarkSet set) => set.Rows.Count >= _calibration + FewestTested;

    private IDataView View(string? function, Func<BenchmarkSet, IEnumerable<BenchmarkQuestion>> rows) => _ml.Data.LoadFromEnumerable(_sets
        .Where((_, row) => function is null || Sets[row].Function == function).SelectMany(rows));

    // The function that most of a set's labels belong to.
    private string Function(int row) => Counts.Columns.Index().GroupBy(skill => Taxonomy.FunctionOf(skill.Item).Name)
        .MaxBy(function => function.Sum(skill => Counts.Values[row, skill.Index]))!.Key;

    private NamedMatrix Of(NamedMatrix counted, string labels)
    {
        var place = counted.Rows.Index().ToDictionary(row => row.Item, row => row.Index, StringComparer.Ordinal);
        var values = new double[_sets.Count, counted.Columns.Count];
        for (var d = 0; d < _sets.Count; d++)
        {
            if (!place.TryGetValue(_sets[d].Name, out var row))
                throw new InvalidDataException($"'{labels}' has no labels for data set '{_sets[d].Name}'. Label some of its questions.");
            for (var s = 0; s < counted.Columns.Count; s++) values[d, s] = counted.Values[row, s];
        }
        return new NamedMatrix([.. _sets.Select(set => set.Name)], counted.Columns, values);
    }
}

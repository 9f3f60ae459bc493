using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Mapping;
using MlNetLlm.MultipleChoice;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.Importance;

/// <summary>
/// Reads the rows that a step measures on: the asked range of each data set's random order. Rows stream by twice, once to be counted and
/// once to be picked; only the picked ones are kept.
/// </summary>
internal sealed class CalibrationReader(CalibrationOptions options)
{
    /// <summary>Finds all columns.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema)
    {
        List<DataViewSchema.Column> columns = [Columns.Text(schema, options.PromptColumn, nameof(options.PromptColumn))];
        if (options.DataSetColumn is { } dataSet) columns.Add(Columns.Text(schema, dataSet, nameof(options.DataSetColumn)));
        if (options.AnswerColumn is { } answer)
            columns.Add(Columns.Text(schema, answer, nameof(options.AnswerColumn)));
        else
        {
            columns.Add(Columns.Find(
                schema, options.ContinuationsColumn, nameof(options.ContinuationsColumn), ScoreChoicesTransformer.IsTexts,
                "a vector of text"));
            columns.Add(Columns.Find(
                schema, options.LabelColumn, nameof(options.LabelColumn), type => type is KeyDataViewType, "a key"));
        }
        return columns;
    }

    /// <summary>Checks the shape of data that is not there yet.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    public void Require(SchemaShape shape)
    {
        Columns.Text(shape, options.PromptColumn, nameof(options.PromptColumn));
        if (options.DataSetColumn is { } dataSet) Columns.Text(shape, dataSet, nameof(options.DataSetColumn));
        if (options.AnswerColumn is { } answer)
        {
            Columns.Text(shape, answer, nameof(options.AnswerColumn));
            return;
        }
        Columns.Texts(shape, options.ContinuationsColumn, nameof(options.ContinuationsColumn));
        Columns.Find(shape, options.LabelColumn, nameof(options.LabelColumn), column => column.IsKey, "a key");
    }

    /// <summary>The picked rows of every data set, in the order in which the data sets first appear.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="skip">Rows of each data set to leave out.</param>
    /// <param name="take">Rows to read of each; 0 = all.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">There are no rows, a data set has none in the range, or a label is missing.</exception>
    public IReadOnlyList<(string DataSet, IReadOnlyList<LabelledQuestion> Rows)> Read(
        IDataView data, int skip, int take, CancellationToken cancellation)
    {
        _ = InputColumns(data.Schema);
        var picks = Picks(Counts(data, cancellation), skip, take);
        var (rows, seen) = (picks.ToDictionary(p => p.Key, p => new LabelledQuestion[p.Value.Count]), new Dictionary<string, int>());
        using var cursor = data.GetRowCursor(InputColumns(data.Schema));
        var (dataSet, question) = (DataSets(cursor), Reader(cursor));
        for (var number = 1L; cursor.MoveNext(); number++)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = dataSet();
            var at = seen.GetValueOrDefault(name);
            seen[name] = at + 1;
            if (picks[name].TryGetValue(at, out var place)) rows[name][place] = question(number);
        }
        return [.. rows.Select(set => (set.Key, (IReadOnlyList<LabelledQuestion>)set.Value))];
    }

    private Dictionary<string, int> Counts(IDataView data, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var column = data.Schema[options.DataSetColumn ?? options.PromptColumn];
        using var cursor = data.GetRowCursor([column]);
        var dataSet = DataSets(cursor);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            var name = dataSet();
            counts[name] = counts.GetValueOrDefault(name) + 1;
        }
        return counts.Count > 0 ? counts : throw new InvalidDataException("The data has no rows. Give it at least one.");
    }

    // Of each data set: number of a row within it → its place among those picked.
    private Dictionary<string, Dictionary<int, int>> Picks(Dictionary<string, int> counts, int skip, int take) => counts.ToDictionary(
        set => set.Key,
        set =>
        {
            if (set.Value <= skip)
                throw new InvalidDataException(
                    $"Data set '{set.Key}' has {set.Value} rows, and {skip} are left out before the first that is read. "
                    + "Lower SkipRows or the number of rows, or give it more.");
            var order = Enumerable.Range(0, set.Value).ToArray();
            new RandomStream(options.Seed, $"calibration/{set.Key}").Shuffle<int>(order);
            return order.Skip(skip).Take(take == 0 ? int.MaxValue : take)
                .Select((row, place) => (row, place)).ToDictionary(pair => pair.row, pair => pair.place);
        });

    private Func<string> DataSets(DataViewRow row) =>
        options.DataSetColumn is { } column ? TextColumnReader.Of(row, column) : () => "";

    private Func<long, LabelledQuestion> Reader(DataViewRow row)
    {
        var prompt = TextColumnReader.Of(row, options.PromptColumn);
        if (options.AnswerColumn is { } column)
        {
            var answer = TextColumnReader.Of(row, column);
            return _ => new LabelledQuestion(new ChoiceQuestion(prompt(), [answer()]), 0);
        }
        var getTexts = row.GetGetter<VBuffer<ReadOnlyMemory<char>>>(row.Schema[options.ContinuationsColumn]);
        var getLabel = ProbeReader.LabelOf(row, row.Schema[options.LabelColumn]);
        var texts = default(VBuffer<ReadOnlyMemory<char>>);
        return number =>
        {
            getTexts(ref texts);
            var label = getLabel();
            if (label < 0 || label >= texts.Length)
                throw new InvalidDataException(
                    $"Row {number} has {texts.Length} choices and its label '{options.LabelColumn}' is "
                    + (label < 0 ? "missing." : $"number {label + 1}.") + " Leave the row out, or name the right choice.");
            return new LabelledQuestion(
                new ChoiceQuestion(prompt(), [.. texts.DenseValues().Select(text => text.ToString())]), label);
        };
    }
}

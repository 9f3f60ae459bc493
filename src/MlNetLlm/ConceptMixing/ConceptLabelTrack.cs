using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Training;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// One kind of labels of a text, by window. Controls are made of it without a copy: labels of other positions, or random labels that are
/// as frequent.
/// </summary>
public sealed class ConceptLabelTrack
{
    private const string Control = "concept labels";

    private readonly Reader _read;

    internal ConceptLabelTrack(
        string name, int windows, int sequenceLength, int labelsPerToken, int concepts, long? active, Reader read)
    {
        (Name, Windows, SequenceLength, LabelsPerToken, Concepts) = (name, windows, sequenceLength, labelsPerToken, concepts);
        (Active, _read) = (active, read);
    }

    /// <summary>Reads labels from a place on; −1 where there is none.</summary>
    internal delegate void Reader(long first, Span<int> labels);

    /// <summary>What labels these are.</summary>
    public string Name { get; }

    /// <summary>How many windows are labelled.</summary>
    public int Windows { get; }

    /// <summary>Positions of a window.</summary>
    public int SequenceLength { get; }

    /// <summary>Labels a position has at most.</summary>
    public int LabelsPerToken { get; }

    /// <summary>Labels are numbers from 0 to this minus 1.</summary>
    public int Concepts { get; }

    /// <summary>Identifies the labels: what they were made with, of what text, and what was done with them since.</summary>
    internal string Identity { get; init; } = "";

    /// <summary>Identifies the tokens and windows they belong to; null = not known.</summary>
    internal string? Data { get; init; }

    /// <summary>How many labels are concepts active at their position; null where that means nothing.</summary>
    internal long? Active { get; }

    private long Positions => (long)Windows * SequenceLength;

    /// <summary>Reads a window's labels.</summary>
    /// <param name="window">Its number, from 0.</param>
    /// <param name="labels">
    /// (SequenceLength, LabelsPerToken): takes the labels of each position, the best first, then −1 where there are fewer. A window's last
    /// position has none.
    /// </param>
    public void Read(int window, Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(window);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(window, Windows);
        if (labels.Length != SequenceLength * LabelsPerToken)
            throw new ArgumentException(
                $"A window has {SequenceLength} positions of {LabelsPerToken} labels; the place for them has {labels.Length} numbers.",
                nameof(labels));
        _read((long)window * labels.Length, labels);
    }

    /// <summary>The first labels of each position alone: what labelling with fewer labels a token gives.</summary>
    /// <param name="labelsPerToken">How many; 1 to <see cref="LabelsPerToken"/>.</param>
    public ConceptLabelTrack First(int labelsPerToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(labelsPerToken);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(labelsPerToken, LabelsPerToken);
        return new(Name, Windows, SequenceLength, labelsPerToken, Concepts, null, (first, labels) =>
        {
            var all = new int[LabelsPerToken];
            for (var at = 0; at < labels.Length; at += labelsPerToken)
            {
                _read((first + at) / labelsPerToken * LabelsPerToken, all);
                all.AsSpan(0, labelsPerToken).CopyTo(labels[at..]);
            }
        }) { Identity = FormattableString.Invariant($"{Identity}, first {labelsPerToken}"), Data = Data };
    }

    /// <summary>
    /// A control: every labelled position gets the labels of another one, drawn at random. Frequencies and combinations stay, the tie to
    /// the text goes. Keeps one number a position in memory.
    /// </summary>
    /// <param name="seed">The seed.</param>
    public ConceptLabelTrack Shuffled(long seed)
    {
        var places = Labelled().ToArray();
        var others = (int[])places.Clone();
        new RandomStream(seed, Control).Shuffle<int>(others);
        var from = new Dictionary<int, int>(places.Length);
        for (var i = 0; i < places.Length; i++) from[places[i]] = others[i];
        return ByPosition($"{Name}, shuffled", seed, (position, labels) =>
        {
            if (from.TryGetValue(position, out var other)) _read((long)other * LabelsPerToken, labels);
        });
    }

    /// <summary>
    /// A control: every labelled position gets as many labels as it had, drawn from the frequencies of all labels, none twice.
    /// </summary>
    /// <param name="seed">The seed.</param>
    public ConceptLabelTrack FrequencyMatched(long seed)
    {
        var (upTo, _) = Count();                                                   // cumulative
        for (var concept = 1; concept < upTo.Length; concept++) upTo[concept] += upTo[concept - 1];
        return ByPosition($"{Name}, frequency-matched", seed, (position, labels) =>
        {
            _read((long)position * LabelsPerToken, labels);
            var count = CountOf(labels);
            var random = new RandomStream(seed, Control) { Counter = (long)position << 20 };
            for (var i = 0; i < count;)
            {
                var place = Array.BinarySearch(upTo, (long)(random.NextDouble() * upTo[^1]) + 1);
                var label = place >= 0 ? FirstOf(upTo, place) : ~place;
                if (!labels[..i].Contains(label)) labels[i++] = label;
            }
        });
    }

    /// <summary>How the labels are spread over concepts. Reads all of them.</summary>
    public ConceptLabelMetrics Metrics()
    {
        var (counts, labelled) = Count();
        var labels = counts.Sum();
        var entropy = counts.Where(count => count > 0).Sum(count => -(double)count / labels * Math.Log((double)count / labels));
        return new(
            Name, labelled, labelled > 0 ? (double)labels / labelled : 0, counts.Count(count => count > 0),
            labels > 0 ? Math.Exp(entropy) : 0, labelled > 0 ? (double)counts.Max() / labelled : 0,
            Active is { } active && labels > 0 ? (double)active / labels : null);
    }

    /// <summary>The labels as rows: Window, Position (Int32) and Labels, a vector of Int32 with as many as there are.</summary>
    public IDataView AsDataView() => new RowsView<(int Window, int Position, int[] Labels)>(
        Rows,
        new RowsColumn<(int Window, int Position, int[] Labels)>(
            "Window", NumberDataViewType.Int32, ((int Window, int Position, int[] Labels) row) => row.Window),
        new RowsColumn<(int Window, int Position, int[] Labels)>(
            "Position", NumberDataViewType.Int32, ((int Window, int Position, int[] Labels) row) => row.Position),
        new RowsColumn<(int Window, int Position, int[] Labels)>(
            "Labels", new VectorDataViewType(NumberDataViewType.Int32),
            ((int Window, int Position, int[] Labels) row) => new VBuffer<int>(row.Labels.Length, row.Labels)));

    private IEnumerable<(int Window, int Position, int[] Labels)> Rows()
    {
        var labels = new int[SequenceLength * LabelsPerToken];
        for (var window = 0; window < Windows; window++)
        {
            Read(window, labels);
            for (var t = 0; t < SequenceLength; t++)
            {
                var here = labels.AsSpan(t * LabelsPerToken, LabelsPerToken);
                yield return (window, t, here[..CountOf(here)].ToArray());
            }
        }
    }

    private IEnumerable<int> Labelled()
    {
        if (Positions > int.MaxValue)
            throw new NotSupportedException($"{Positions} positions are more than {int.MaxValue}; label the text in parts.");
        return Rows().Where(row => row.Labels.Length > 0).Select(row => row.Window * SequenceLength + row.Position);
    }

    // How often each concept is a label, and how many positions have one.
    private (long[] Counts, long Labelled) Count()
    {
        var (counts, labelled) = (new long[Concepts], 0L);
        foreach (var (_, _, labels) in Rows())
        {
            if (labels.Length > 0) labelled++;
            foreach (var label in labels) counts[label]++;
        }
        return (counts, labelled);
    }

    private ConceptLabelTrack ByPosition(string name, long seed, PositionReader read) => new(
        name, Windows, SequenceLength, LabelsPerToken, Concepts, null, (first, labels) =>
        {
            labels.Fill(LabelSelection.None);
            for (var at = 0; at < labels.Length; at += LabelsPerToken)
                read((int)((first + at) / LabelsPerToken), labels.Slice(at, LabelsPerToken));
        }) { Identity = FormattableString.Invariant($"{Identity}, {name} by {seed}"), Data = Data };

    private delegate void PositionReader(int position, Span<int> labels);

    private static int CountOf(ReadOnlySpan<int> labels) =>
        labels.IndexOf(LabelSelection.None) is var end && end >= 0 ? end : labels.Length;

    // Concepts without labels repeat the sum of the one before them: the first place with a sum is the concept that reaches it.
    private static int FirstOf(long[] upTo, int place)
    {
        while (place > 0 && upTo[place - 1] == upTo[place]) place--;
        return place;
    }
}

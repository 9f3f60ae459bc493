using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.Probes;

namespace MlNetLlm.Traces;

/// <summary>
/// Control tasks for traces: a random label for every sequence of operations, always the same for the same one, as frequent as the real
/// label's classes. What a probe gets right of them it has memorised.
/// </summary>
public sealed class TraceControl
{
    private readonly ControlTask[] _tasks;

    private TraceControl(ControlTask[] tasks) => _tasks = tasks;

    /// <summary>Makes control tasks with the label frequencies of training traces.</summary>
    /// <param name="train">The training traces; they must have the original meaning at offset 0.</param>
    /// <param name="seed">Another seed gives other labels.</param>
    public static TraceControl Of(TraceDataset train, int seed)
    {
        ArgumentNullException.ThrowIfNull(train);
        return new([.. KarelLabels.All.Select((label, i) => new ControlTask(
            Labels(train.View, TraceColumns.Label(label, KarelSemantics.Original.Name, 0)), label.Classes(), unchecked((4 * seed) + i)))]);
    }

    /// <summary>The column of a control label in <see cref="TraceDataset.WithControl"/>'s rows.</summary>
    /// <param name="label">The label that it stands in for.</param>
    public static string Column(KarelLabel label) => $"{label}.control";

    /// <summary>The control label of a sequence of operations.</summary>
    internal int Label(KarelLabel label, ulong prefix) => _tasks[(int)label].Label(prefix);

    private static int[] Labels(IDataView view, string name)
    {
        var column = view.Schema[name];
        using var cursor = view.GetRowCursor([column]);
        var getter = cursor.GetGetter<uint>(column);
        var labels = new List<int>();
        uint value = 0;
        while (cursor.MoveNext())
        {
            getter(ref value);
            if (value > 0) labels.Add((int)value - 1);
        }
        return [.. labels];
    }
}

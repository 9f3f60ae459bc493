using Microsoft.ML;
using MlNetLlm.Karel;
using MlNetLlm.Probes;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>The labels of trace rows, for baselines and for rows on which two meanings differ: a byte a label, no vectors.</summary>
internal sealed class LabelTable
{
    /// <summary>How many classes each headline feature has.</summary>
    private static readonly int[] _classes =
    [
        KarelLabel.Direction.Classes(), KarelLabel.OffsetX.Classes() * KarelLabel.OffsetY.Classes(), KarelLabel.ObstacleAhead.Classes(),
    ];

    private readonly List<int> _tasks = [];
    private readonly Dictionary<string, List<byte>> _columns;

    /// <summary>Reads all label columns of traces of so many tasks, numbered from 0.</summary>
    public LabelTable(IDataView traces, TraceOptions options, int tasks)
    {
        Tasks = tasks;
        string[] names =
        [
            .. from semantics in options.Semantics from offset in options.Offsets from label in KarelLabels.All
               select TraceColumns.Label(label, semantics.Name, offset),
        ];
        _columns = names.ToDictionary(name => name, _ => new List<byte>());
        using var cursor = traces.GetRowCursor([traces.Schema[TraceColumns.Program], .. names.Select(name => traces.Schema[name])]);
        var program = cursor.GetGetter<long>(traces.Schema[TraceColumns.Program]);
        var labels = names.Select(name => (Values: _columns[name], Get: cursor.GetGetter<uint>(traces.Schema[name]))).ToArray();
        var (task, value) = (0L, 0u);
        while (cursor.MoveNext())
        {
            program(ref task);
            _tasks.Add((int)task);
            foreach (var (values, get) in labels)
            {
                get(ref value);
                values.Add((byte)value);
            }
        }
    }

    /// <summary>Tasks, those without rows included.</summary>
    public int Tasks { get; }

    /// <summary>Rows.</summary>
    public int Rows => _tasks.Count;

    /// <summary>The task of a row.</summary>
    public int TaskOf(int row) => _tasks[row];

    /// <summary>The class of a headline feature (0 direction, 1 offset, 2 obstacle), -1 where it is missing.</summary>
    public int Class(int feature, string semantics, int offset, int row)
    {
        return feature switch
        {
            0 => One(KarelLabel.Direction),
            2 => One(KarelLabel.ObstacleAhead),
            _ => One(KarelLabel.OffsetX) is var x && x >= 0 ? (x * KarelFeatures.OffsetClasses) + One(KarelLabel.OffsetY) : -1,
        };

        int One(KarelLabel label) => _columns[TraceColumns.Label(label, semantics, offset)][row] - 1;
    }

    /// <summary>Whether any row has a label of a meaning at an offset.</summary>
    public bool Has(string semantics, int offset) =>
        _columns[TraceColumns.Label(KarelLabel.Direction, semantics, offset)].Exists(value => value > 0);

    /// <summary>The labels of all rows at offset 0, each of which has one.</summary>
    public int[] Classes(KarelLabel label, string semantics) =>
        [.. _columns[TraceColumns.Label(label, semantics, 0)].Select(value => value - 1)];

    /// <summary>The baseline that always says the most frequent class of training rows.</summary>
    public ArmCounts Majority(LabelTable train, string semantics, int offset)
    {
        var most = _classes.Select((classes, feature) => Enumerable.Range(0, train.Rows)
            .Select(row => train.Class(feature, semantics, offset, row)).Where(label => label >= 0).ToArray() is { Length: > 0 } labels
                ? MajorityClass.Of(labels, classes) : -1).ToArray();
        return ArmCounts.Of(this, (row, feature) =>
            Class(feature, semantics, offset, row) is var label && label < 0 ? null : label == most[feature]);
    }
}

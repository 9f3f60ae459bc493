using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;

namespace MlNetLlm.Probes;

/// <summary>Reads test rows for several probes: features, labels and groups, once each.</summary>
internal sealed class TestReader
{
    private const int BatchRows = 1024;

    private readonly IReadOnlyList<ProbeTransformer> _probes;
    private readonly DataViewSchema.Column[] _features, _labels;
    private readonly DataViewSchema.Column? _group;
    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);

    /// <exception cref="ArgumentException">A column is missing, mistyped, or does not fit a probe.</exception>
    public TestReader(IReadOnlyList<ProbeTransformer> probes, DataViewSchema schema, string? groupColumn)
    {
        _probes = probes;
        _features = [.. probes.SelectMany(probe => probe.InputColumns(schema)).DistinctBy(column => column.Index)];
        _labels = [.. probes.Select(probe => Label(probe, schema)).DistinctBy(column => column.Index)];
        _group = groupColumn is null ? null : Columns.Find(schema, groupColumn, nameof(groupColumn), GroupKeys.Serves, GroupKeys.Expected);
    }

    /// <summary>Groups seen so far.</summary>
    public int GroupCount { get; private set; }

    /// <summary>The rows, some at a time; a batch is valid until the next.</summary>
    public IEnumerable<TestBatch> Batches(IDataView test)
    {
        using var cursor = test.GetRowCursor(_features.Concat(_labels).Concat(_group is { } used ? [used] : []));
        var features = _features.Select(column => ProbeReader.FeaturesOf(cursor, column)).ToArray();
        var labels = _labels.Select(column => ProbeReader.LabelOf(cursor, column)).ToArray();
        var group = _group is { } column ? GroupKeys.Of(cursor, column) : null;
        var batch = NewBatch();
        while (cursor.MoveNext())
        {
            for (var i = 0; i < features.Length; i++)
            {
                var row = new float[ProbeReader.Size(_features[i])];
                features[i](row);
                batch.FeatureRows[i].Add(row);
            }
            for (var i = 0; i < labels.Length; i++) batch.LabelRows[i].Add(labels[i]());
            batch.Groups.Add(group is null ? GroupCount++ : Number(group()));
            if (batch.Groups.Count < BatchRows) continue;
            yield return batch;
            batch = NewBatch();
        }
        if (batch.Groups.Count > 0) yield return batch;
    }

    private int Number(string group)
    {
        if (_groups.TryGetValue(group, out var number)) return number;
        return _groups[group] = GroupCount++;
    }

    private TestBatch NewBatch() => new(
        [.. _features.Select(_ => new List<float[]>())], [.. _labels.Select(_ => new List<int>())], [],
        probe => Array.FindIndex(_features, column => column.Name == _probes[probe].Options.FeaturesColumn),
        probe => Array.FindIndex(_labels, column => column.Name == _probes[probe].Options.LabelColumn));

    private static DataViewSchema.Column Label(ProbeTransformer probe, DataViewSchema schema)
    {
        var column = ProbeReader.Label(schema, probe.Options.LabelColumn);
        return LabelClasses.Of(column).Names.SequenceEqual(probe.ClassNames) ? column : throw new ArgumentException(
            $"Column '{column.Name}' has other key values ({LabelClasses.Of(column).Start}) than the probe was trained on "
            + $"({probe.Classes.Start}). Make both by one fitted MapValueToKey.");
    }
}

/// <summary>Some test rows.</summary>
internal sealed record TestBatch(
    IReadOnlyList<List<float[]>> FeatureRows, IReadOnlyList<List<int>> LabelRows, List<int> Groups, Func<int, int> FeaturesOf,
    Func<int, int> LabelOf)
{
    /// <summary>The features that a probe reads.</summary>
    public IReadOnlyList<float[]> Features(int probe) => FeatureRows[FeaturesOf(probe)];

    /// <summary>The labels that a probe predicts; -1 where missing.</summary>
    public IReadOnlyList<int> Labels(int probe) => LabelRows[LabelOf(probe)];
}

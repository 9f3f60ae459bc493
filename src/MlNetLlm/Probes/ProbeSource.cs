using Microsoft.ML;
using Microsoft.ML.Data;

namespace MlNetLlm.Probes;

/// <summary>The data of a set of probes, read from data views.</summary>
internal sealed class ProbeSource : IDisposable
{
    private readonly IReadOnlyList<ProbeOptions> _probes;
    private readonly List<string> _features, _labels, _beside;
    private readonly List<int> _sizes;
    private readonly List<LabelClasses> _classes;
    private readonly FeatureScale _scale;
    private readonly bool _standardised;

    private ProbeSource(IReadOnlyList<ProbeOptions> probes, DataViewSchema schema, Func<ProbeSource, (ProbeData, ProbeData?)> read)
    {
        _probes = probes;
        _beside = [.. schema.Select(column => column.Name)];
        _features = [.. probes.Select(options => options.FeaturesColumn).Distinct()];
        _labels = [.. probes.Select(options => options.LabelColumn).Distinct()];
        _sizes = [.. _features.Select(name => ProbeReader.Size(ProbeReader.Features(schema, name)))];
        _classes = [.. _labels.Select(name => LabelClasses.Of(ProbeReader.Label(schema, name)))];
        CheckWeights();
        (Train, Validation) = read(this);
        _scale = probes[0].Standardization switch
        {
            ProbeStandardization.Train => Train.Scale(),
            ProbeStandardization.Validation => Validation!.Scale(),
            _ => FeatureScale.None(_sizes.Sum()),
        };
        _standardised = Train.Rows.InMemory && Validation?.Rows.InMemory != false;
        if (!_standardised) return;
        Train.Standardise(_scale);
        Validation?.Standardise(_scale);
    }

    /// <summary>The rows to learn from.</summary>
    public ProbeData Train { get; }

    /// <summary>The rows to choose by, or null.</summary>
    public ProbeData? Validation { get; }

    /// <summary>Reads data for probes.</summary>
    public static ProbeSource Read(
        IReadOnlyList<ProbeOptions> probes, IDataView train, IDataView? validation, CancellationToken cancellationToken)
    {
        if (probes[0].Standardization == ProbeStandardization.Validation && validation is null)
            throw new ArgumentException("Standardization is Validation and there are no validation rows; give some, or set Train.");
        return new ProbeSource(probes, train.Schema, source =>
        {
            var data = source.Read(train, "training", cancellationToken);
            try
            {
                return (data, validation is null ? null : source.Read(validation, "validation", cancellationToken));
            }
            catch
            {
                data.Dispose();
                throw;
            }
        });
    }

    /// <summary>The pass over the first rows.</summary>
    public ProbePass Pass(long trainRows) => new(
        [.. _probes.Select((options, i) => Head(options, i))], _sizes, Train, trainRows, Validation, _standardised ? null : _scale);

    /// <summary>A trained probe as a transformer.</summary>
    public ProbeTransformer Transformer(int number, ProbeNetwork network, ProbeTrainingResult result)
    {
        var (options, features) = (_probes[number], _features.IndexOf(_probes[number].FeaturesColumn));
        return new ProbeTransformer(
            options, Classes(number), network, _scale.Part(_sizes.Take(features).Sum(), _sizes[features]), result)
        {
            Beside = _beside,
        };
    }

    /// <summary>The classes of a probe's label.</summary>
    public LabelClasses Classes(int number) => _classes[_labels.IndexOf(_probes[number].LabelColumn)];

    public void Dispose()
    {
        Train.Dispose();
        Validation?.Dispose();
    }

    private ProbeHead Head(ProbeOptions options, int number)
    {
        var label = _labels.IndexOf(options.LabelColumn);
        return new(number, options, _features.IndexOf(options.FeaturesColumn), label, _classes[label].Count,
            ProbeHead.Weights(options, Train.Counts(label)));
    }

    private ProbeData Read(IDataView input, string role, CancellationToken cancellationToken)
    {
        DataViewSchema.Column[] features = [.. _features.Select(name => ProbeReader.Features(input.Schema, name))];
        DataViewSchema.Column[] labels = [.. _labels.Select(name => ProbeReader.Label(input.Schema, name))];
        for (var i = 0; i < features.Length; i++)
            if (ProbeReader.Size(features[i]) != _sizes[i])
                throw new ArgumentException(
                    $"Column '{_features[i]}' has {ProbeReader.Size(features[i])} slots in the {role} rows and {_sizes[i]} in the training "
                    + "rows. Give both the same features.");
        for (var i = 0; i < labels.Length; i++)
            if (LabelClasses.Of(labels[i]) is var classes && !classes.Names.SequenceEqual(_classes[i].Names))
                throw new ArgumentException(
                    $"Column '{_labels[i]}' has other key values in the {role} rows ({classes.Start}) than in the training rows "
                    + $"({_classes[i].Start}). Make both by one fitted MapValueToKey.");
        var data = ProbeReader.Read(input, features, labels, _probes[0].CacheMebibytes, cancellationToken);
        for (var i = 0; i < labels.Length; i++)
            if (data.Counts(i).Sum() == 0)
            {
                data.Dispose();
                throw new InvalidDataException($"Column '{_labels[i]}' has no label in any of the {data.Count} {role} rows.");
            }
        return data;
    }

    private void CheckWeights()
    {
        for (var i = 0; i < _probes.Count; i++)
            if (_probes[i].ClassWeighting == ClassWeighting.Given && _probes[i].ClassWeights.Count != Classes(i).Count)
                throw new ArgumentException(
                    $"ClassWeights has {_probes[i].ClassWeights.Count} weights and column '{_probes[i].LabelColumn}' {Classes(i).Count} "
                    + "values; expected one a value.");
    }
}

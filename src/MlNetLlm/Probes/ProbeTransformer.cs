using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;
using static TorchSharp.torch;

namespace MlNetLlm.Probes;

/// <summary>
/// A trained probe: adds to rows with features the probability of every class and the most probable one. ML.NET's
/// MulticlassClassification.Evaluate reads the result.
/// </summary>
/// <remarks>
/// In an ML.NET model file it is a chain of ML.NET's own components, which any process loads. The loaded chain gives the same values, keys
/// and names; but the slots of its Score have no names where there are more than 64 classes, or where a class has the name of a column of
/// the data that the probe was trained on. <see cref="Save(string)"/> and <see cref="Load"/> keep the probe itself.
/// </remarks>
public sealed class ProbeTransformer : RowTransformer<float[], float[]>, IDisposable
{
    private readonly ProbeNetwork _network;

    internal ProbeTransformer(
        ProbeOptions options, LabelClasses classes, ProbeNetwork network, FeatureScale scale, ProbeTrainingResult training)
    {
        (Options, Classes, _network, Scale, Training) = (options, classes, network, scale, training);
    }

    /// <summary>The options it was trained with.</summary>
    public ProbeOptions Options { get; }

    /// <summary>The label's key values as text, one for each slot of Score.</summary>
    public IReadOnlyList<string> ClassNames => Classes.Names;

    /// <summary>How many features it reads.</summary>
    public int FeatureCount => Scale.Mean.Length;

    /// <summary>How many weights it has, biases and normalisation included.</summary>
    public long ParameterCount => _network.Tensors()
        .Where(item => !item.Name.EndsWith("mean", StringComparison.Ordinal) && !item.Name.EndsWith("variance", StringComparison.Ordinal))
        .Sum(item => item.Tensor.numel());

    /// <summary>How its training went.</summary>
    public ProbeTrainingResult Training { get; }

    internal LabelClasses Classes { get; }

    /// <summary>The columns of the data it was trained on; empty for a probe from a folder.</summary>
    internal IReadOnlyList<string> Beside { get; init; } = [];

    internal FeatureScale Scale { get; }

    internal override int RowsAhead => 1024;

    /// <summary>Reads a probe from its folder.</summary>
    /// <param name="folder">What <see cref="Save(string)"/> wrote.</param>
    /// <exception cref="DirectoryNotFoundException">There is no complete folder.</exception>
    /// <exception cref="InvalidDataException">A file is damaged or of another version.</exception>
    public static ProbeTransformer Load(string folder) => ProbeFolder.Load(folder);

    /// <summary>Writes the probe: options, classes and results as JSON, weights as safetensors.</summary>
    /// <param name="folder">The folder to make or replace.</param>
    public void Save(string folder) => ProbeFolder.Save(this, folder);

    /// <summary>Frees the weights.</summary>
    public void Dispose() => _network.Dispose();

    internal IEnumerable<(string Name, Tensor Tensor)> Tensors() => _network.Tensors();

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema)
    {
        var column = ProbeReader.Features(schema, Options.FeaturesColumn);
        return ProbeReader.Size(column) == FeatureCount ? [column] : throw new ArgumentException(
            $"Column '{column.Name}' has {ProbeReader.Size(column)} slots; this probe was trained on {FeatureCount}. "
            + "Give it the features it was trained on.");
    }

    internal override Func<float[]> Reader(DataViewRow row)
    {
        var read = ProbeReader.FeaturesOf(row, row.Schema[Options.FeaturesColumn]);
        return () =>
        {
            var features = new float[FeatureCount];
            read(features);
            return features;
        };
    }

    internal override IReadOnlyList<OutputColumn<float[]>> OutputColumns(DataViewSchema schema) => ProbeColumns.For(Options, Classes);

    internal override IReadOnlyList<float[]> Compute(IReadOnlyList<float[]> rows)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var x = new float[rows.Count * FeatureCount];
        for (var i = 0; i < rows.Count; i++) Scale.Apply(rows[i], x.AsSpan(i * FeatureCount));
        var probabilities = _network.Logits(tensor(x, [rows.Count, FeatureCount]), training: false).softmax(1).data<float>().ToArray();
        return [.. probabilities.Chunk(Classes.Count)];
    }

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.SaveFeatures(
        ctx,
        PackedFolder.Pack(folder => ProbeFolder.WriteFiles(this, folder)),
        new ProbeFactory(),
        SavedFeatures.Example(Options.FeaturesColumn, FeatureCount),
        Options.FeaturesColumn,
        SavedOutput.Scores(
            Options.ScoreColumn, Classes.Names,
            [.. Beside, Options.FeaturesColumn, Options.LabelColumn, Options.ScoreColumn, Options.PredictedLabelColumn]),
        Classes.SavedKey(SavedProbe.ColumnOf(Classes.Kind), Options.PredictedLabelColumn));
}

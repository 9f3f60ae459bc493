using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;
using MlNetLlm.Probes;
using MlNetLlm.Training;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// Encodes rows of hidden states, one state a row: adds the active latents' numbers and activations, the strongest first, and either all
/// activations as features or the hidden state that they give back.
/// </summary>
/// <remarks>
/// In an ML.NET model file it is a chain of ML.NET's own components, which any process loads. <see cref="SparseAutoencoder.Save"/> on
/// <see cref="Autoencoder"/> keeps the autoencoder itself.
/// </remarks>
public sealed class SparseAutoencoderTransformer : RowTransformer<float[], SparseCode>
{
    internal SparseAutoencoderTransformer(SparseAutoencoder autoencoder, SparseCodeColumns columns) =>
        (Autoencoder, Columns) = (autoencoder, columns.Validated());

    /// <summary>The autoencoder.</summary>
    public SparseAutoencoder Autoencoder { get; }

    /// <summary>The columns read and added.</summary>
    public SparseCodeColumns Columns { get; }

    /// <summary>How the training went; null for an autoencoder that was read from a file.</summary>
    public TrainingResult? Training { get; internal init; }

    /// <summary>How well it does on validation rows; null where none were given.</summary>
    public SparseAutoencoderMetrics? Metrics { get; internal init; }

    internal override int RowsAhead => 1024;

    private int OutputSize => Columns.Output == SparseCodeOutput.Activations ? Autoencoder.Latents : Autoencoder.Width;

    /// <summary>The columns as the estimator promises them, before there is an autoencoder.</summary>
    internal static IReadOnlyList<OutputColumn<SparseCode>> Promised(
        SparseCodeColumns columns, int size, Func<SparseCode, VBuffer<float>>? output = null) =>
    [
        OutputColumn<SparseCode>.Of(
            columns.OutputColumn, new VectorDataViewType(NumberDataViewType.Single, size), output ?? (_ => default)),
        OutputColumn<SparseCode>.OfVector(
            columns.LatentsColumn, new VectorDataViewType(NumberDataViewType.Int32), code => code.Latents.ToArray()),
        OutputColumn<SparseCode>.OfVector(
            columns.StrengthsColumn, new VectorDataViewType(NumberDataViewType.Single), code => code.Strengths.ToArray()),
    ];

    internal override IReadOnlyList<DataViewSchema.Column> InputColumns(DataViewSchema schema)
    {
        var column = StateRows.Column(schema, Columns.FeaturesColumn);
        return ((VectorDataViewType)column.Type).Size == Autoencoder.Width ? [column] : throw new ArgumentException(
            $"Column '{column.Name}' is {column.Type}; this autoencoder encodes one hidden state of {Autoencoder.Width} numbers a row. "
            + "Give it one state a row, of the layer it was trained on.");
    }

    internal override Func<float[]> Reader(DataViewRow row)
    {
        var read = ProbeReader.FeaturesOf(row, row.Schema[Columns.FeaturesColumn]);
        return () =>
        {
            var state = new float[Autoencoder.Width];
            read(state);
            return state;
        };
    }

    internal override IReadOnlyList<OutputColumn<SparseCode>> OutputColumns(DataViewSchema schema) =>
        Promised(Columns, OutputSize, Output);

    internal override IReadOnlyList<SparseCode> Compute(IReadOnlyList<float[]> rows)
    {
        var states = new float[rows.Count * Autoencoder.Width];
        for (var row = 0; row < rows.Count; row++) rows[row].CopyTo(states, row * Autoencoder.Width);
        return SparseEncoder.Encode(Autoencoder, states);
    }

    /// <summary>The numbers of the output column, few of them given where all others are 0.</summary>
    internal VBuffer<float> Output(SparseCode code)
    {
        if (Columns.Output == SparseCodeOutput.Reconstruction) return new VBuffer<float>(Autoencoder.Width, Autoencoder.Decode(code));
        var (places, values) = (code.Latents.ToArray(), code.Strengths.ToArray());
        Array.Sort(places, values);
        return new VBuffer<float>(Autoencoder.Latents, values.Length, values, places);
    }

    private protected override void Save(ModelSaveContext ctx) => SavedMapping.SaveFeatures(
        ctx,
        PackedFolder.Pack(folder => SparseAutoencoderFolder.WriteFiles(Autoencoder, folder, Columns)),
        new SparseAutoencoderFactory(),
        SavedFeatures.Example(Columns.FeaturesColumn, Autoencoder.Width),
        Columns.FeaturesColumn,
        SavedOutput.Vector(Columns.OutputColumn, OutputSize),
        SavedOutput.Copy(SavedCode.LatentsColumn, Columns.LatentsColumn),
        SavedOutput.Copy(SavedCode.StrengthsColumn, Columns.StrengthsColumn));
}

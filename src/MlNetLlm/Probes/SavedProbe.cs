using System.ComponentModel;
using System.Globalization;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms;
using MlNetLlm.Mapping;
using MlNetLlm.Persistence;

namespace MlNetLlm.Probes;

/// <summary>The results of a saved probe under their fixed names: the probabilities, and the class's key value as what it is.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedProbe : SavedScores
{
    private const string Prefix = "MlNetLlm.Class.";

    /// <summary>A key value that is text.</summary>
    [ColumnName(Prefix + nameof(Text))]
    public string Text { get; set; } = "";

    /// <summary>A key value that is a truth value.</summary>
    [ColumnName(Prefix + nameof(Boolean))]
    public bool Boolean { get; set; }

    /// <summary>A key value that is a number of this kind.</summary>
    [ColumnName(Prefix + nameof(Int32))]
    public int Int32 { get; set; }

    /// <inheritdoc cref="Int32"/>
    [ColumnName(Prefix + nameof(Int64))]
    public long Int64 { get; set; }

    /// <inheritdoc cref="Int32"/>
    [ColumnName(Prefix + nameof(UInt32))]
    public uint UInt32 { get; set; }

    /// <inheritdoc cref="Int32"/>
    [ColumnName(Prefix + nameof(Single))]
    public float Single { get; set; }

    /// <inheritdoc cref="Int32"/>
    [ColumnName(Prefix + nameof(Double))]
    public double Double { get; set; }

    /// <summary>The column of a kind of key values.</summary>
    internal static string ColumnOf(LabelKind kind) => $"{Prefix}{kind}";

    /// <summary>Sets the key value of a kind.</summary>
    internal void Set(LabelKind kind, string value)
    {
        var invariant = CultureInfo.InvariantCulture;
        switch (kind)
        {
            case LabelKind.Text: Text = value; break;
            case LabelKind.Boolean: Boolean = bool.Parse(value); break;
            case LabelKind.Int32: Int32 = int.Parse(value, invariant); break;
            case LabelKind.Int64: Int64 = long.Parse(value, invariant); break;
            case LabelKind.UInt32: UInt32 = uint.Parse(value, invariant); break;
            case LabelKind.Single: Single = float.Parse(value, invariant); break;
            default: Double = double.Parse(value, invariant); break;
        }
    }
}

/// <summary>Rebuilds a probe in a loaded model file.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
[CustomMappingFactoryAttribute(Contract)]
public sealed class ProbeFactory : SavedFactory<SavedFeaturesAndPayload, SavedProbe, ProbeTransformer>
{
    private const string Contract = "MlNetLlm.Probe";

    internal override string ContractName => Contract;

    private protected override ProbeTransformer Restore(byte[] payload) => PackedFolder.Unpack(payload, ProbeFolder.ReadFiles);

    private protected override void Map(ProbeTransformer state, SavedFeaturesAndPayload input, SavedProbe output)
    {
        var features = new float[state.FeatureCount];
        input.Features.CopyTo(features);
        var scores = state.Compute([features])[0];
        output.Set(scores);
        output.Set(state.Classes.Kind, state.Classes.Names[(int)ProbeColumns.Best(scores) - 1]);
    }
}

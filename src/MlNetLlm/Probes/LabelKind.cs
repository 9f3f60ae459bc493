namespace MlNetLlm.Probes;

/// <summary>What a label's key values are.</summary>
internal enum LabelKind
{
    Text,
    Boolean,
    Int32,
    Int64,
    UInt32,
    Single,
    Double,
}

using System.ComponentModel;
using Microsoft.ML.Data;

namespace MlNetLlm.Mapping;

/// <summary>The text column of a saved transformer under its fixed name.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedText
{
    internal const string Column = "MlNetLlm.Text";

    /// <summary>The row's text.</summary>
    [ColumnName(Column)]
    public ReadOnlyMemory<char> Text { get; set; }
}

/// <summary>Rows that carry the packed payload.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ISavedPayload
{
    /// <summary>The packed payload.</summary>
    VBuffer<float> Payload { get; }
}

/// <summary>The input of a step that reads no column.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedNothing
{
}

/// <summary>The payload alone, for a saved transformer that reads no column.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SavedPayload : ISavedPayload
{
    /// <summary>The packed payload.</summary>
    [ColumnName(PayloadColumns.Payload)]
    public VBuffer<float> Payload { get; set; }
}

/// <summary>Text and payload of a saved transformer.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public class SavedTextAndPayload : SavedText, ISavedPayload
{
    /// <summary>The packed payload.</summary>
    [ColumnName(PayloadColumns.Payload)]
    public VBuffer<float> Payload { get; set; }
}

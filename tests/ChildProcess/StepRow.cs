using Microsoft.ML;
using Microsoft.ML.Data;

/// <summary>A row for any step that uses a model: a text, choices and which of them is right.</summary>
public sealed class StepRow
{
    public string Text { get; set; } = "";

    public string[] Continuations { get; set; } = [" ab", " cdef"];

    public uint Label { get; set; }

    public static IDataView View(MLContext ml, IEnumerable<string> texts)
    {
        var schema = SchemaDefinition.Create(typeof(StepRow));
        schema["Label"].ColumnType = new KeyDataViewType(typeof(uint), 3);
        return ml.Data.LoadFromEnumerable(texts.Select(text => new StepRow { Text = text }).ToList(), schema);
    }
}

using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Mapping;

namespace MlNetLlm.Data;

/// <summary>Reads which group each row belongs to, and numbers the groups in the order they appear.</summary>
/// <param name="column">The text column with the group's name.</param>
internal sealed class RowGroups(string column)
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    /// <summary>The groups' names.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>The column in data of this schema.</summary>
    /// <exception cref="ArgumentException">The column is missing or holds no text.</exception>
    public DataViewSchema.Column Column(DataViewSchema schema) => Columns.Text(schema, column, "Ownership.GroupColumn");

    /// <summary>Makes a reader of the current row's group number.</summary>
    public Func<int> Reader(DataViewRow row)
    {
        var text = TextColumnReader.Of(row, column);
        return () =>
        {
            var name = text();
            if (_numbers.TryGetValue(name, out var number)) return number;
            _names.Add(name);
            return _numbers[name] = _names.Count - 1;
        };
    }
}

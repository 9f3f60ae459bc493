namespace Microsoft.ML.Data;

/// <summary>Row mappers one after another.</summary>
internal sealed class CompositeMapper(DataViewSchema inputSchema, IReadOnlyList<IRowToRowMapper> mappers) : IRowToRowMapper
{
    public DataViewSchema InputSchema => inputSchema;

    public DataViewSchema OutputSchema => mappers.Count == 0 ? inputSchema : mappers[^1].OutputSchema;

    public IEnumerable<DataViewSchema.Column> GetDependencies(IEnumerable<DataViewSchema.Column> dependingColumns) =>
        mappers.Reverse().Aggregate(dependingColumns, (columns, mapper) => mapper.GetDependencies(columns).ToArray());

    public DataViewRow GetRow(DataViewRow input, IEnumerable<DataViewSchema.Column> activeColumns)
    {
        if (mappers.Count == 0)
            return input;
        var needed = new IEnumerable<DataViewSchema.Column>[mappers.Count];
        needed[^1] = activeColumns;
        for (var i = mappers.Count - 1; i > 0; i--)
            needed[i - 1] = mappers[i].GetDependencies(needed[i]).ToArray();
        for (var i = 0; i < mappers.Count; i++)
            input = mappers[i].GetRow(input, needed[i]);
        return input;
    }
}

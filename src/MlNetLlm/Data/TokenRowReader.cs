using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>
/// Puts rows that are tokens already into stores. A row's features are stored as, for each token that may have some, their number and they
/// themselves.
/// </summary>
internal sealed class TokenRowReader(
    TrainingOptions options, TokenStore tokens, TokenStore features, RowGroups? groups, CancellationToken cancellationToken)
{
    private readonly TokenColumns _columns = options.TokenColumns!;
    private readonly List<int> _encoded = [];

    public IReadOnlyList<TokenSequence> Rows(IDataView data)
    {
        var tokenColumn = Vector(data.Schema, _columns.Tokens, nameof(TokenColumns.Tokens));
        var promptColumn = Columns.Find(
            data.Schema, _columns.PromptLength, Option(nameof(TokenColumns.PromptLength)), type => type == NumberDataViewType.Int32,
            "Int32");
        var featureColumns = _columns.Features is { } name
            ? new[] { Vector(data.Schema, name, nameof(TokenColumns.Features)),
                Vector(data.Schema, _columns.FeatureOffsets, nameof(TokenColumns.FeatureOffsets)) }
            : [];
        DataViewSchema.Column[] groupColumns = groups is null ? [] : [groups.Column(data.Schema)];
        using var cursor = data.GetRowCursor([tokenColumn, promptColumn, .. featureColumns, .. groupColumns]);
        var getGroup = groups?.Reader(cursor);
        var getPrompt = cursor.GetGetter<int>(promptColumn);
        var getTokens = cursor.GetGetter<VBuffer<int>>(tokenColumn);
        var getFeatures = featureColumns.Select(column => cursor.GetGetter<VBuffer<int>>(column)).ToArray();
        var (prompt, row, ids, starts) = (0, default(VBuffer<int>), default(VBuffer<int>), default(VBuffer<int>));
        var sequences = new List<TokenSequence>();
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            getTokens(ref row);
            getPrompt(ref prompt);
            var sequence = Sequence(Dense(row), prompt, sequences.Count + 1);
            if (getFeatures.Length > 0)
            {
                getFeatures[0](ref ids);
                getFeatures[1](ref starts);
                sequence = sequence with { Features = features.Count };
                AddFeatures(Dense(ids), Dense(starts), row.Length, sequences.Count + 1);
            }
            sequences.Add(getGroup is null ? sequence : sequence with { Group = getGroup() });
        }
        return sequences.Count > 0 ? sequences : throw new InvalidDataException("The data has no rows. Give it at least one.");
    }

    private TokenSequence Sequence(ReadOnlySpan<int> row, int prompt, int number)
    {
        if (prompt < 0 || row.Length < 2 || row.Length <= prompt)
            throw new InvalidDataException(
                $"Row {number} has {row.Length} tokens, {prompt} of them prompt; expected at least 2, one of them to learn.");
        if (row.Length - 1 > options.SequenceLength)
            throw new InvalidDataException(
                $"Row {number} has {row.Length - 1} tokens to read; SequenceLength is {options.SequenceLength}. Raise SequenceLength.");
        tokens.Add(row);
        return new TokenSequence(tokens.Count - row.Length, row.Length, prompt);
    }

    private void AddFeatures(ReadOnlySpan<int> ids, ReadOnlySpan<int> starts, int length, int number)
    {
        if (starts.Length > length)
            throw new InvalidDataException($"Row {number} has features for {starts.Length} tokens, but {length} tokens.");
        _encoded.Clear();
        _encoded.Add(starts.Length);
        for (var token = 0; token < starts.Length; token++)
        {
            var end = token + 1 < starts.Length ? starts[token + 1] : ids.Length;
            if (starts[token] < 0 || end < starts[token] || end > ids.Length)
                throw new InvalidDataException(
                    $"The features of token {token} in row {number} run from {starts[token]} to {end} of {ids.Length}; expected offsets "
                    + "that ascend within them.");
            _encoded.Add(end - starts[token]);
            _encoded.AddRange(ids[starts[token]..end]);
        }
        features.Add(CollectionsMarshal.AsSpan(_encoded));
    }

    private static ReadOnlySpan<int> Dense(in VBuffer<int> value) => value.IsDense ? value.GetValues() : value.DenseValues().ToArray();

    private static DataViewSchema.Column Vector(DataViewSchema schema, string name, string option) => Columns.Find(
        schema, name, Option(option), type => type is VectorDataViewType vector && vector.ItemType == NumberDataViewType.Int32,
        "a vector of Int32");

    private static string Option(string name) => $"{nameof(TrainingOptions.TokenColumns)}.{name}";
}

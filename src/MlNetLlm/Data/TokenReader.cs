using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>Turns rows into tokens in a store, and says which of them make a sequence.</summary>
internal sealed class TokenReader(
    Tokenizer tokenizer, SpecialTokens special, TrainingOptions options, TokenStore store, CancellationToken cancellationToken)
{
    private readonly List<int> _ids = [];

    private long _rows;

    /// <summary>How many tokens of text were read, special ones not counted.</summary>
    public long TextTokens { get; private set; }

    /// <summary>Packs all rows end to end and cuts them into windows; a window's last target is the next one's first token.</summary>
    public IReadOnlyList<TokenSequence> Packed(IDataView data, TextBudget budget)
    {
        foreach (var ids in Texts(data, budget))
        {
            _ids.Clear();
            if ((special.Bos ?? special.Eos) is { } separator)
                _ids.Add(separator);
            _ids.AddRange(ids);
            store.Add(CollectionsMarshal.AsSpan(_ids));
        }
        if (store.Count < 2)
            throw Empty(options.TextColumn, _rows);
        return new Windows(store.Count, options.SequenceLength);
    }

    /// <summary>Packs whole rows: the begin token, then as many rows as fit, the end token behind each; a longer row goes on.</summary>
    public IReadOnlyList<StoredSequence> WholeRows(IDataView data, TextBudget budget)
    {
        var sequences = new List<StoredSequence>();
        int[] begin = special.Bos is { } bos ? [bos] : [];
        int[] end = special.Eos is { } eos ? [eos] : [];
        _ids.AddRange(begin);
        foreach (var ids in Texts(data, budget))
        {
            if (_ids.Count > begin.Length && _ids.Count + ids.Count + end.Length > options.SequenceLength)
                Close();
            foreach (var id in ids.Concat(end))
            {
                if (_ids.Count == options.SequenceLength)
                    Close();
                _ids.Add(id);
            }
        }
        if (_ids.Count > begin.Length)
            Close();
        return sequences.Count > 0 ? sequences : throw Empty(options.TextColumn, _rows);

        void Close()
        {
            sequences.Add(new StoredSequence(store.Count, _ids.Count));
            store.Add(CollectionsMarshal.AsSpan(_ids));
            _ids.Clear();
            _ids.AddRange(begin);
        }
    }

    // The tokens of each text that is not blank, as far as the budget goes; the last text may be cut.
    private IEnumerable<IReadOnlyList<int>> Texts(IDataView data, TextBudget budget)
    {
        var column = Columns.Text(data.Schema, options.TextColumn, nameof(options.TextColumn));
        var limit = Limit(data, column, budget);
        foreach (var text in Columns.ReadText(data, column))
        {
            if (TextTokens >= limit)
                yield break;
            cancellationToken.ThrowIfCancellationRequested();
            _rows++;
            if (text.Span.IsWhiteSpace())
                continue;
            var ids = tokenizer.EncodeToIds(text.Span);
            var kept = (int)Math.Min(ids.Count, limit - TextTokens);
            TextTokens += kept;
            yield return kept == ids.Count ? ids : [.. ids.Take(kept)];
        }
    }

    // A share needs a first pass, which counts.
    private long Limit(IDataView data, DataViewSchema.Column column, TextBudget budget)
    {
        var limit = budget.Tokens > 0 ? budget.Tokens : long.MaxValue;
        if (budget.Share >= 1)
            return limit;
        var all = 0L;
        foreach (var text in Columns.ReadText(data, column))
        {
            cancellationToken.ThrowIfCancellationRequested();
            all += text.Span.IsWhiteSpace() ? 0 : tokenizer.CountTokens(text.Span);
        }
        return Math.Min(limit, Math.Max(2, (long)(budget.Share * all)));
    }

    /// <summary>Makes one sequence a row: prompt, then the completion, which alone counts.</summary>
    public IReadOnlyList<TokenSequence> Rows(IDataView data, RowGroups? groups = null)
    {
        var promptColumn = Columns.Text(data.Schema, options.TextColumn, nameof(options.TextColumn));
        var completionColumn = Columns.Text(data.Schema, options.CompletionColumn!, nameof(options.CompletionColumn));
        DataViewSchema.Column[] groupColumns = groups is null ? [] : [groups.Column(data.Schema)];
        using var cursor = data.GetRowCursor([promptColumn, completionColumn, .. groupColumns]);
        var getGroup = groups?.Reader(cursor);
        var getPrompt = cursor.GetGetter<ReadOnlyMemory<char>>(promptColumn);
        var getCompletion = cursor.GetGetter<ReadOnlyMemory<char>>(completionColumn);
        var (prompt, completion) = (default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>));
        var sequences = new List<TokenSequence>();
        while (cursor.MoveNext())
        {
            cancellationToken.ThrowIfCancellationRequested();
            getPrompt(ref prompt);
            getCompletion(ref completion);
            if (completion.IsEmpty)
                throw new InvalidDataException($"Row {sequences.Count + 1} has an empty completion in column '{options.CompletionColumn}'. "
                    + "Leave the row out, or give it one.");
            sequences.Add(Row(prompt.Span, completion.Span, sequences.Count + 1) with { Group = getGroup?.Invoke() ?? -1 });
        }
        return sequences.Count > 0 ? sequences : throw Empty(options.TextColumn, 0);
    }

    private TokenSequence Row(ReadOnlySpan<char> prompt, ReadOnlySpan<char> completion, int row)
    {
        _ids.Clear();
        var (ids, promptLength) = PromptAndCompletion.Join(tokenizer, special, prompt, completion);
        _ids.AddRange(ids);
        Fit(special.Bos is null ? 0 : 1, ref promptLength, row);
        if (_ids.Count <= Math.Max(1, promptLength))
            throw new InvalidDataException($"Row {row} has no completion token to learn. Lengthen its completion, or leave the row out.");
        store.Add(CollectionsMarshal.AsSpan(_ids));
        return new TokenSequence(store.Count - _ids.Count, _ids.Count, promptLength);
    }

    /// <summary>Brings a row to length: the prompt's beginning goes first, then the completion's end.</summary>
    private void Fit(int head, ref int promptLength, int row)
    {
        var excess = _ids.Count - 1 - options.SequenceLength;
        if (excess <= 0)
            return;
        if (!options.TruncateLongRows)
            throw new InvalidDataException($"Row {row} has {_ids.Count - 1} tokens; SequenceLength is {options.SequenceLength}. "
                + "Raise SequenceLength, or set TruncateLongRows.");
        var fromPrompt = Math.Min(excess, promptLength - head);
        _ids.RemoveRange(head, fromPrompt);
        promptLength -= fromPrompt;
        _ids.RemoveRange(_ids.Count - (excess - fromPrompt), excess - fromPrompt);
    }

    private static InvalidDataException Empty(string column, long rows)
        => new(rows == 0 ? "The data has no rows. Give it at least one."
            : $"Column '{column}' has too little text: {rows} rows, fewer than 2 tokens together.");

    /// <summary>The windows of a packed text, computed when asked for.</summary>
    private sealed class Windows(long tokens, int length) : IReadOnlyList<TokenSequence>
    {
        public int Count { get; } = checked((int)((tokens - 2) / length + 1));

        public TokenSequence this[int index]
            => new((long)index * length, (int)Math.Min(length + 1, tokens - (long)index * length), Prompt: 0);

        public IEnumerator<TokenSequence> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

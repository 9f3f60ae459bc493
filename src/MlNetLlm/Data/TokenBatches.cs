using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>
/// The rows of a data view as batches of tokens. Text is packed: documents end to end, each behind its separator, cut into windows of
/// SequenceLength (a window may span documents, as is usual in pre-training). With a completion column, a row is one sequence and only
/// the completion counts; so it is with rows that are tokens already.
/// </summary>
/// <remarks>
/// The separator is the tokenizer's beginning-of-text token, or its end-of-text token where it has no other, or none.
/// Rows are read and tokenised once, in one streaming pass.
/// </remarks>
public sealed class TokenBatches : IBatchSource, IDisposable
{
    /// <summary>How many tokens are held in memory before the rest goes to a temporary file: 128 MiB.</summary>
    internal const int TokensInMemory = 32 << 20;

    private readonly TokenStore _store, _features;
    private readonly IReadOnlyList<TokenSequence> _sequences;
    private readonly RowGroups? _groups;
    private readonly BatchOrder _order;
    private readonly int _batchSize;
    private readonly bool _packed;
    private readonly long _padding;

    private TokenBatches(
        TokenStore store, TokenStore features, RowGroups? groups, IReadOnlyList<TokenSequence> sequences, TrainingOptions options,
        SpecialTokens special)
    {
        (_store, _features, _groups, _sequences, _batchSize) = (store, features, groups, sequences, options.BatchSize);
        (SequenceLength, _packed) = (options.SequenceLength, options.CompletionColumn is null && options.TokenColumns is null);
        _padding = special.Pad ?? special.Eos ?? special.Bos ?? 0;
        var byLength = options.CompletionColumn is not null;    // rows of tokens are often short: batches of one length would teach lengths
        _order = new BatchOrder(sequences.Count, _batchSize, options.Seed, byLength ? i => sequences[i].Inputs : null);
        CountedTokens = sequences.Sum(sequence => (long)sequence.Counted);
        var content = features.Count > 0 ? store.Sha256 + features.Sha256 : store.Sha256;
        if (groups is not null)
            content += string.Join('\n', groups.Names) + string.Join(',', sequences.Select(sequence => sequence.Group));
        Fingerprint = Identity.Sha256(
            $"{content}/{sequences.Count}/{CountedTokens}/{_batchSize}/{options.SequenceLength}/{options.Seed}/{byLength}");
    }

    /// <inheritdoc/>
    public long Position { get; set; }

    /// <inheritdoc/>
    public double TokensPerBatch => (double)CountedTokens / _sequences.Count * _batchSize;

    /// <inheritdoc/>
    public string Fingerprint { get; }

    /// <summary>How many sequences an epoch has.</summary>
    public int Sequences => _sequences.Count;

    /// <summary>Tokens of a window, or of the longest row allowed.</summary>
    public int SequenceLength { get; }

    /// <summary>Identifies tokens and windows of a packed text, whatever their order.</summary>
    internal string WindowsFingerprint => _store.WindowsFingerprint(SequenceLength);

    /// <summary>How many tokens of an epoch count in the loss.</summary>
    public long CountedTokens { get; }

    /// <summary>Reads and tokenises data for a model.</summary>
    /// <param name="data">The data.</param>
    /// <param name="options">Which columns, how long sequences, how large batches, which seed.</param>
    /// <param name="model">Gives tokenizer, special tokens and context length.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The batches.</returns>
    /// <exception cref="ArgumentException">A column is missing or mistyped, or SequenceLength is above the context.</exception>
    /// <exception cref="InvalidDataException">There is no text, or a row does not fit.</exception>
    public static TokenBatches Read(
        IDataView data, TrainingOptions options, LanguageModel model, CancellationToken cancellationToken = default)
        => Read(data, options, model.Tokenizer, model.Special, model.Config.ContextLength, cancellationToken: cancellationToken);

    /// <summary>Reads and tokenises data.</summary>
    /// <param name="data">The data.</param>
    /// <param name="options">Which columns, how long sequences, how large batches, which seed.</param>
    /// <param name="tokenizer">Gives the tokens, without special ones.</param>
    /// <param name="special">The special tokens' ids.</param>
    /// <param name="contextLength">The most tokens the model can read at once.</param>
    /// <param name="tokensInMemory">How many tokens to hold in memory; more go to a temporary file. 128 MiB by default.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The batches.</returns>
    /// <exception cref="ArgumentException">A column is missing or mistyped, or SequenceLength is above the context.</exception>
    /// <exception cref="InvalidDataException">There is no text, or a row does not fit.</exception>
    public static TokenBatches Read(
        IDataView data, TrainingOptions options, Tokenizer tokenizer, SpecialTokens special, int contextLength,
        int tokensInMemory = TokensInMemory, CancellationToken cancellationToken = default)
        => Read(data, options, tokenizer, special, contextLength, TextBudget.All, tokensInMemory, null, cancellationToken);

    internal static TokenBatches Read(
        IDataView data, TrainingOptions options, Tokenizer tokenizer, SpecialTokens special, int contextLength, TextBudget budget,
        int tokensInMemory, string? groupColumn, CancellationToken cancellationToken)
    {
        RequireContext(options, contextLength);
        var (store, features) = (new TokenStore(tokensInMemory), new TokenStore(tokensInMemory));
        var groups = groupColumn is null ? null : new RowGroups(groupColumn);
        try
        {
            return new TokenBatches(store, features, groups, Sequences(), options, special);
        }
        catch
        {
            store.Dispose();
            features.Dispose();
            throw;
        }

        IReadOnlyList<TokenSequence> Sequences()
        {
            if (options.TokenColumns is not null)
                return new TokenRowReader(options, store, features, groups, cancellationToken).Rows(data);
            var reader = new TokenReader(tokenizer, special, options, store, cancellationToken);
            return options.CompletionColumn is null ? reader.Packed(data, budget) : reader.Rows(data, groups);
        }
    }

    /// <exception cref="ArgumentException">SequenceLength is above the context.</exception>
    internal static void RequireContext(TrainingOptions options, int contextLength)
    {
        if (options.SequenceLength > contextLength)
            throw new ArgumentException(
                $"SequenceLength is {options.SequenceLength}; the model reads at most {contextLength} tokens at once. Lower it.");
    }

    /// <inheritdoc/>
    public TokenBatch Next() => Batch(_order.Batch(Position++));

    /// <summary>One epoch in the order of the data, for evaluation: every sequence once, the last batch perhaps smaller.</summary>
    /// <returns>Batches on the CPU, made on demand; the caller disposes of each.</returns>
    public IEnumerable<TokenBatch> InOrder()
    {
        for (var from = 0; from < _sequences.Count; from += _batchSize)
            yield return Batch([.. Enumerable.Range(from, Math.Min(_batchSize, _sequences.Count - from))]);
    }

    /// <summary>Frees the tokens.</summary>
    public void Dispose()
    {
        _store.Dispose();
        _features.Dispose();
    }

    private TokenBatch Batch(int[] members)
    {
        var time = members.Max(member => _sequences[member].Inputs);
        var (tokens, targets) = (new long[members.Length * time], new long[members.Length * time]);
        Array.Fill(tokens, _padding);
        Array.Fill(targets, TokenBatch.Ignored);
        var ids = new int[time + 1];
        for (var row = 0; row < members.Length; row++)
        {
            var sequence = _sequences[members[row]];
            _store.Read(sequence.Start, ids.AsSpan(0, sequence.Length));
            for (var i = 0; i < sequence.Inputs; i++)
            {
                tokens[row * time + i] = ids[i];
                if (i + 1 >= sequence.Prompt)
                    targets[row * time + i] = ids[i + 1];
            }
        }
        return TokenBatch.Of(tokens, targets, members.Length) with
        {
            Features = Features(members, time),
            Windows = _packed ? members : null,
            Groups = _groups is null ? null : [.. members.Select(member => _groups.Names[_sequences[member].Group])],
        };
    }

    private TokenFeatures? Features(int[] members, int time)
    {
        if (_features.Count == 0)
            return null;
        var features = new TokenFeatures(members.Length, time);
        var count = new int[1];
        for (var row = 0; row < members.Length; row++)
        {
            var at = _sequences[members[row]].Features;
            var featured = Next(ref at);
            for (var token = 0; token < featured; token++)
            {
                var ids = new int[Next(ref at)];
                _features.Read(at, ids);
                at += ids.Length;
                if (token < time)
                    features.Add(row, token, ids);
            }
        }
        return features;

        int Next(ref long place)
        {
            _features.Read(place++, count);
            return count[0];
        }
    }
}

using System.Text;
using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Rewards;

namespace MlNetLlm.Reinforcement;

/// <summary>Prompts and what is right, read once and kept in a store that goes on in a file where they are many.</summary>
internal sealed class PromptRows : IDisposable
{
    private readonly TokenStore _store = new(TokenBatches.TokensInMemory);
    private readonly List<(long Start, int Tokens, int Prompt, int Reference)> _rows = [];

    private PromptRows()
    {
    }

    /// <summary>How many rows there are.</summary>
    public int Count => _rows.Count;

    /// <summary>Identifies the rows.</summary>
    public string Fingerprint { get; private set; } = "";

    /// <summary>A row.</summary>
    public PromptRow this[int row]
    {
        get
        {
            var (start, tokens, prompt, reference) = _rows[row];
            var numbers = new int[tokens + prompt + reference];
            _store.Read(start, numbers);
            return new PromptRow(numbers[..tokens], Text(numbers.AsSpan(tokens, prompt)), Text(numbers.AsSpan(tokens + prompt)));
        }
    }

    /// <summary>Reads all rows.</summary>
    /// <exception cref="ArgumentException">A column is missing or of another type.</exception>
    /// <exception cref="InvalidDataException">There are no rows, a prompt is too long, or the reward cannot read a reference.</exception>
    public static PromptRows Read(
        IDataView data, AnswerWriter writer, IReward reward, ReinforceOptions options, CancellationToken cancellation)
    {
        var rows = new PromptRows();
        try
        {
            foreach (var (prompt, reference) in Texts(data, options.TextColumn, options.CompletionColumn))
            {
                cancellation.ThrowIfCancellationRequested();
                var row = rows.Count + 1;
                if (options.CompletionColumn is { } column && reward.FaultOf(reference) is { } fault)
                    throw new InvalidDataException(
                        $"Row {row}: no answer could be right, as column '{column}' is at fault: {fault}. Correct it, or leave the row "
                        + "out.");
                var tokens = writer.Encode(
                    prompt, options.SequenceLength - options.MaxAnswerTokens, options.TruncateLongRows, row,
                    "Raise SequenceLength, lower MaxAnswerTokens, or set TruncateLongRows.");
                rows._rows.Add((rows._store.Count, tokens.Length, prompt.Length, reference.Length));
                rows._store.Add([.. tokens, .. prompt.Select(c => (int)c), .. reference.Select(c => (int)c)]);
            }
            if (rows.Count == 0) throw new InvalidDataException("The data has no rows. Give it at least one.");
            var lengths = string.Join(',', rows._rows);
            rows.Fingerprint = Identity.Sha256($"{rows._store.Sha256}/{lengths}");
            return rows;
        }
        catch
        {
            rows.Dispose();
            throw;
        }
    }

    /// <summary>Streams prompts and references; these are empty where there is no column of them.</summary>
    public static IEnumerable<(string Prompt, string Reference)> Texts(IDataView data, string promptColumn, string? referenceColumn)
    {
        var prompts = Columns.Text(data.Schema, promptColumn, nameof(ReinforceOptions.TextColumn));
        var references = referenceColumn is null ? (DataViewSchema.Column?)null
            : Columns.Text(data.Schema, referenceColumn, nameof(ReinforceOptions.CompletionColumn));
        using var cursor = data.GetRowCursor(references is { } second ? [prompts, second] : [prompts]);
        var getPrompt = cursor.GetGetter<ReadOnlyMemory<char>>(prompts);
        var getReference = references is { } column ? cursor.GetGetter<ReadOnlyMemory<char>>(column) : null;
        var (prompt, reference) = (default(ReadOnlyMemory<char>), default(ReadOnlyMemory<char>));
        while (cursor.MoveNext())
        {
            getPrompt(ref prompt);
            getReference?.Invoke(ref reference);
            yield return (prompt.ToString(), reference.ToString());
        }
    }

    /// <summary>Frees the store.</summary>
    public void Dispose() => _store.Dispose();

    private static string Text(ReadOnlySpan<int> characters)
    {
        var text = new StringBuilder(characters.Length);
        foreach (var character in characters) text.Append((char)character);
        return text.ToString();
    }
}

/// <summary>One prompt.</summary>
/// <param name="Tokens">Begin token and prompt.</param>
/// <param name="Prompt">The prompt's text.</param>
/// <param name="Reference">What is right; empty where the data does not say.</param>
internal sealed record PromptRow(int[] Tokens, string Prompt, string Reference);

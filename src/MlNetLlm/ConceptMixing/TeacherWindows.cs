using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.ConceptMixing;

/// <summary>
/// Text cut into fixed windows that do not overlap, the same that pre-training with this SequenceLength reads, in the order of the data.
/// A window's last token predicts nothing: what follows is of another window.
/// </summary>
internal sealed class TeacherWindows : IDisposable
{
    private readonly TokenStore _store = new(TokenBatches.TokensInMemory);
    private readonly IReadOnlyList<TokenSequence> _sequences;

    private TeacherWindows(LanguageModel model, IDataView data, WindowReading options, CancellationToken cancellationToken)
    {
        TokenBatches.RequireContext(options, model.Config.ContextLength);
        try
        {
            _sequences = new TokenReader(model.Tokenizer, model.Special, options, _store, cancellationToken)
                .Packed(data, TextBudget.All);
        }
        catch
        {
            _store.Dispose();
            throw;
        }
        Fingerprint = _store.WindowsFingerprint(options.SequenceLength);
    }

    /// <summary>How many windows there are.</summary>
    public int Count => _sequences.Count;

    /// <summary>Identifies the tokens and the windows.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads and tokenises data.</summary>
    /// <exception cref="ArgumentException">The column is missing or mistyped, or SequenceLength is above the context.</exception>
    /// <exception cref="InvalidDataException">There is no text.</exception>
    public static TeacherWindows Read(
        LanguageModel model, IDataView data, WindowReading options, CancellationToken cancellationToken) =>
        new(model, data, options, cancellationToken);

    /// <summary>Some windows in their order, in batches of windows of one length.</summary>
    /// <param name="first">The first window.</param>
    /// <param name="end">The window after the last.</param>
    /// <param name="most">Windows a batch at most.</param>
    public IEnumerable<WindowBatch> Batches(int first, int end, int most)
    {
        while (first < end)
        {
            var (time, rows) = (_sequences[first].Inputs, 1);
            while (rows < most && first + rows < end && _sequences[first + rows].Inputs == time) rows++;
            yield return Batch(first, rows, time);
            first += rows;
        }
    }

    public void Dispose() => _store.Dispose();

    private WindowBatch Batch(int first, int rows, int time)
    {
        var (tokens, targets, ids) = (new long[rows * time], new long[rows * time], new int[time]);
        for (var row = 0; row < rows; row++)
        {
            _store.Read(_sequences[first + row].Start, ids);
            for (var t = 0; t < time; t++)
                (tokens[row * time + t], targets[row * time + t]) = (ids[t], t + 1 < time ? ids[t + 1] : TokenBatch.Ignored);
        }
        return new WindowBatch(first, rows, time, tokens, targets);
    }
}

/// <summary>Windows of one length.</summary>
/// <param name="First">The first one's number.</param>
/// <param name="Rows">How many.</param>
/// <param name="Time">Tokens of each.</param>
/// <param name="Tokens">(rows, time).</param>
/// <param name="Targets">(rows, time): the token that follows in the window; <see cref="TokenBatch.Ignored"/> at its end.</param>
internal sealed record WindowBatch(int First, int Rows, int Time, long[] Tokens, long[] Targets);

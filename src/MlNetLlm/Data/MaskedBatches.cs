using Microsoft.ML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Tokenization;
using MlNetLlm.Training;

namespace MlNetLlm.Data;

/// <summary>
/// The rows of a data view as batches for masked language modelling. Whole rows are packed: a sequence is the begin token, then as many
/// rows as fit into SequenceLength, the end token behind each; a row that is longer goes on in the next sequence. The masks of batch k
/// are new in every epoch; those of an evaluation in order are always the same.
/// </summary>
public sealed class MaskedBatches : IBatchSource, IDisposable
{
    private readonly PaddedBatches _batches;

    private MaskedBatches(PaddedBatches batches) => _batches = batches;

    /// <inheritdoc/>
    public long Position
    {
        get => _batches.Position;
        set => _batches.Position = value;
    }

    /// <inheritdoc/>
    public double TokensPerBatch => _batches.TokensPerBatch;

    /// <inheritdoc/>
    public string Fingerprint => _batches.Fingerprint;

    /// <summary>How many sequences an epoch has.</summary>
    public int Sequences => _batches.Items;

    /// <summary>Reads and tokenises data, once, in one streaming pass.</summary>
    /// <param name="data">The data.</param>
    /// <param name="options">Which column, how long sequences, how large batches, which seed.</param>
    /// <param name="masking">Which tokens are to be guessed.</param>
    /// <param name="tokenizer">Gives the tokens, without special ones.</param>
    /// <param name="special">The special tokens' ids; the mask token among them.</param>
    /// <param name="vocabularySize">How many ids there are.</param>
    /// <param name="contextLength">The most tokens the model can read at once.</param>
    /// <param name="budget">How much of the text to read; null = all of it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The batches.</returns>
    /// <exception cref="ArgumentException">
    /// The column is missing or mistyped, SequenceLength is above the context, or there is no mask token.
    /// </exception>
    /// <exception cref="InvalidDataException">There is no text.</exception>
    public static MaskedBatches Read(
        IDataView data, TrainingOptions options, MaskingOptions masking, Tokenizer tokenizer, SpecialTokens special, int vocabularySize,
        int contextLength, TextBudget? budget = null, CancellationToken cancellationToken = default)
    {
        TokenBatches.RequireContext(options, contextLength);
        var mask = new TokenMasking(masking, special, vocabularySize);
        var store = new TokenStore(TokenBatches.TokensInMemory);
        try
        {
            var reader = new TokenReader(tokenizer, special, options, store, cancellationToken);
            var sequences = reader.WholeRows(data, budget ?? TextBudget.All);
            var layout = new SequenceLayout
            {
                Padding = special.Pad ?? special.Eos ?? special.Bos ?? 0,
                CountedPerEpoch = Math.Max(sequences.Count, masking.Share * reader.TextTokens),
            };
            return new MaskedBatches(new PaddedBatches(store, sequences, mask.Mask, layout, options));
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public TokenBatch Next() => _batches.Next();

    /// <summary>One epoch in the order of the data, for evaluation, with the same masks every time.</summary>
    /// <returns>Batches on the CPU, made on demand; the caller disposes of each.</returns>
    public IEnumerable<TokenBatch> InOrder() => _batches.InOrder();

    /// <summary>Frees the tokens.</summary>
    public void Dispose() => _batches.Dispose();
}

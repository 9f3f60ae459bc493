using Microsoft.ML;
using MlNetLlm.Data;
using MlNetLlm.LanguageModels;

namespace MlNetLlm.TaskAdaptation;

/// <summary>A task's rows as batches: tokens, and targets at the places that answer. Read once; tokens may go to a file.</summary>
internal static class TaskBatches
{
    /// <exception cref="InvalidDataException">No row has a label.</exception>
    public static PaddedBatches Read(
        IDataView data, LanguageModel model, AdaptToTaskOptions options, int classes, CancellationToken cancellation)
    {
        TokenBatches.RequireContext(options, model.Config.ContextLength);
        var encoder = new TaskSequences(model, options, classes);
        var store = new TokenStore(TokenBatches.TokensInMemory);
        try
        {
            var sequences = new List<StoredSequence>();
            var (labels, unlabelled) = (0L, 0);
            foreach (var sequence in encoder.Of(Known(TaskColumns.Labelled(data, options), options)))
            {
                cancellation.ThrowIfCancellationRequested();
                var targets = Targets(sequence, options.Task);
                var counted = targets.Count(target => target != TokenBatch.Ignored);
                if (counted == 0)                            // a sentence without a tag would be a step without a token to learn
                {
                    unlabelled++;
                    continue;
                }
                labels += counted;
                sequences.Add(new StoredSequence(store.Count, sequence.Tokens.Length));
                store.Add(sequence.Tokens);
                store.Add(targets);
            }
            if (labels == 0)
                throw new InvalidDataException(unlabelled == 0
                    ? "The data has no rows. Give it at least one."
                    : $"No row has a label in column '{options.LabelColumn}'. Give it at least one.");
            var layout = new SequenceLayout
            {
                NumbersPerToken = 2, RowsPerItem = encoder.RowsPerItem, CountedPerEpoch = (double)labels / encoder.RowsPerItem,
                Padding = model.Special.Pad ?? model.Special.Eos ?? model.Special.Bos ?? 0,
            };
            return new PaddedBatches(store, sequences, (_, stored, tokens, targets) => Fill(stored, tokens, targets), layout, options);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    // A word without a label still belongs to its sentence; other rows without one teach nothing.
    private static IEnumerable<(TaskRow Row, int Label)> Known(IEnumerable<(TaskRow Row, int Label)> rows, AdaptToTaskOptions options) =>
        options.Task == TaskKind.Tagging ? rows : rows.Where(item => item.Label >= 0);

    private static int[] Targets(TaskSequence sequence, TaskKind task)
    {
        var targets = new int[sequence.Tokens.Length];
        Array.Fill(targets, (int)TokenBatch.Ignored);
        foreach (var answer in sequence.Answers)
            if ((answer.Label >= 0 || task == TaskKind.MultipleChoice) && targets[answer.Place] == TokenBatch.Ignored)
                targets[answer.Place] = answer.Label;
        return targets;
    }

    private static void Fill(ReadOnlySpan<int> stored, Span<long> tokens, Span<long> targets)
    {
        for (var i = 0; i < tokens.Length; i++)
            (tokens[i], targets[i]) = (stored[i], stored[tokens.Length + i]);
    }
}

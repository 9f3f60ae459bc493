using MlNetLlm.Data;

namespace MlNetLlm.ConceptMixing;

/// <summary>The labels of a batch's windows, in step with whatever order the windows come in.</summary>
internal sealed class WindowLabels
{
    private readonly ConceptLabelTrack _track;
    private readonly int[] _window;

    /// <param name="track">The labels.</param>
    /// <param name="batches">The training text.</param>
    /// <exception cref="InvalidOperationException">The labels belong to other windows.</exception>
    public WindowLabels(ConceptLabelTrack track, TokenBatches batches)
    {
        if (track.SequenceLength != batches.SequenceLength)
            throw new InvalidOperationException(
                $"The labels '{track.Name}' are of windows of {track.SequenceLength} tokens, SequenceLength is {batches.SequenceLength}. "
                + "Windows must be the same: set SequenceLength, or label anew.");
        if (track.Windows != batches.Sequences || (track.Data is { } data && data != batches.WindowsFingerprint))
            throw new InvalidOperationException(
                $"The labels '{track.Name}' belong to another text or tokenizer: {track.Windows} windows, the training text has "
                + $"{batches.Sequences}{(track.Windows == batches.Sequences ? " with other tokens" : "")}. Label this text.");
        (_track, _window) = (track, new int[track.SequenceLength * track.LabelsPerToken]);
    }

    /// <summary>K_a.</summary>
    public int LabelsPerToken => _track.LabelsPerToken;

    /// <summary>Reads.</summary>
    /// <param name="batch">A batch that names its windows.</param>
    /// <returns>(batch · time · K_a): the best label first, then −1 where there are fewer.</returns>
    public int[] Of(TokenBatch batch)
    {
        var (rows, time) = ((int)batch.Tokens.size(0), (int)batch.Tokens.size(1));
        var labels = new int[rows * time * LabelsPerToken];
        for (var row = 0; row < rows; row++)
        {
            _track.Read(batch.Windows![row], _window);
            _window.AsSpan(0, time * LabelsPerToken).CopyTo(labels.AsSpan(row * time * LabelsPerToken));
        }
        return labels;
    }
}

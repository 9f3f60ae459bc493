using MlNetLlm.SparseAutoencoders;

namespace MlNetLlm.ConceptMixing;

/// <summary>Picks a position's labels from its scores.</summary>
internal static class LabelSelection
{
    /// <summary>No label.</summary>
    public const int None = -1;

    /// <summary>
    /// The labels of a kind, the best first. Only scores above 0 make a label: ties of nothing with nothing are no concepts.
    /// </summary>
    /// <param name="scores">The candidates.</param>
    /// <param name="kind">Plus: a; Minus: −a; Abs: |a|; Activation: c.</param>
    /// <param name="labels">Takes the concepts' numbers; <see cref="None"/> where there are fewer.</param>
    /// <returns>How many labels are active concepts.</returns>
    public static int Select(PositionScores scores, ConceptLabelKind kind, Span<int> labels)
    {
        var values = scores.Attributions.Length == 0 ? [] : new float[scores.Attributions.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = kind switch
            {
                ConceptLabelKind.Plus => scores.Attributions[i],
                ConceptLabelKind.Minus => -scores.Attributions[i],
                ConceptLabelKind.Abs => MathF.Abs(scores.Attributions[i]),
                ConceptLabelKind.Activation => scores.Strengths[i],
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Labels of this kind are not made of scores."),
            };
        var count = Math.Min(labels.Length, values.Length);
        var (places, kept) = (new int[count], new float[count]);
        TopK.Select(values, places, kept);
        labels.Fill(None);
        var active = 0;
        for (var i = 0; i < count && kept[i] > 0; i++)
        {
            labels[i] = scores.Concepts[places[i]];
            if (scores.Strengths[places[i]] >= scores.Least) active++;
        }
        return active;
    }
}

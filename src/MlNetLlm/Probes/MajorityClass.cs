namespace MlNetLlm.Probes;

/// <summary>
/// The baseline that reads nothing: the most frequent class of the training labels. A probe's accuracy means something only above it, and
/// it changes with the labels' meaning, so that raw accuracies of two labellings cannot be compared.
/// </summary>
public static class MajorityClass
{
    /// <summary>Finds the most frequent class.</summary>
    /// <param name="labels">Training labels, 0 to classes - 1, at least one.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <returns>The class; of equally frequent ones the lowest.</returns>
    /// <exception cref="ArgumentException">There are no labels, or one is no class.</exception>
    public static int Of(ReadOnlySpan<int> labels, int classes)
    {
        var counts = ProbeLabels.Count(nameof(MajorityClass), labels, classes);
        return Array.IndexOf(counts, counts.Max());
    }

    /// <summary>The accuracy on test labels of always saying the most frequent class of the training labels.</summary>
    /// <param name="training">Training labels.</param>
    /// <param name="test">Test labels, at least one.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">There are no labels, or one is no class.</exception>
    public static double Accuracy(ReadOnlySpan<int> training, ReadOnlySpan<int> test, int classes)
        => (double)ProbeLabels.Count(nameof(MajorityClass), test, classes)[Of(training, classes)] / test.Length;
}

namespace MlNetLlm.Probes;

/// <summary>What the probes' maths asks of labels.</summary>
internal static class ProbeLabels
{
    public static int[] Count(string operation, ReadOnlySpan<int> labels, int classes)
    {
        if (labels.IsEmpty || classes < 1)
            throw new ArgumentException($"{operation} got {labels.Length} labels of {classes} classes; it needs at least one of each.");
        var counts = new int[classes];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= classes)
                throw new ArgumentException($"{operation} got label {labels[i]} at place {i}; labels are 0 to {classes - 1}.");
            counts[labels[i]]++;
        }

        return counts;
    }
}

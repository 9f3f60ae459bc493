using MlNetLlm.Persistence;


namespace MlNetLlm.Probes;

/// <summary>
/// A control task (Hewitt and Liang 2019): every kind of input gets a random label that never changes, classes as frequent as in the real
/// task. A probe can only memorise it, so its accuracy measures the probe, not what it reads;
/// selectivity = accuracy on the real task - accuracy on the control task.
/// </summary>
/// <remarks>
/// What a kind is decides how much can be memorised. Kinds must recur in the test rows, as word types do in the paper; one kind a row
/// would leave every probe at chance and show nothing.
/// </remarks>
public sealed class ControlTask
{
    private readonly double[] _cumulative;
    private readonly ulong _key;

    /// <summary>Makes a control task.</summary>
    /// <param name="labels">Labels of the real task, 0 to classes - 1: the source of the frequencies.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <param name="seed">Another seed gives another assignment.</param>
    /// <exception cref="ArgumentException">There are no labels, or one is no class.</exception>
    public ControlTask(ReadOnlySpan<int> labels, int classes, int seed)
        : this(Array.ConvertAll(ProbeLabels.Count(nameof(ControlTask), labels, classes), count => (long)count), seed)
    {
    }

    // From the labels of each class.
    internal ControlTask(long[] counts, int seed)
    {
        _cumulative = new double[counts.Length];
        long sum = 0, all = counts.Sum();
        for (int c = 0; c < counts.Length; c++) _cumulative[c] = (double)(sum += counts[c]) / all;
        _key = Identity.Key($"control task/{seed}");
    }

    /// <summary>The label of a kind of input: always the same for the same kind.</summary>
    /// <param name="kind">Any number that tells kinds apart.</param>
    /// <returns>0 to classes - 1.</returns>
    public int Label(ulong kind)
    {
        double uniform = (Mix(_key ^ Mix(kind)) >> 11) * (1.0 / (1ul << 53));
        int label = 0;
        while (uniform >= _cumulative[label]) label++;
        return label;
    }

    // The finaliser of SplitMix64 (Steele and others 2014).
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }
}

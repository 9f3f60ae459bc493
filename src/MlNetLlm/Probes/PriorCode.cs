namespace MlNetLlm.Probes;

/// <summary>
/// The code that reads no features, label by label: each costs <c>-log₂ ((seen of its class + 1) / (seen + K))</c> (Laplace's rule).
/// </summary>
/// <param name="classes">Classes K.</param>
internal sealed class PriorCode(int classes)
{
    private readonly long[] _seen = new long[classes];
    private long _all;

    /// <summary>What the labels so far cost.</summary>
    public double Bits { get; private set; }

    /// <summary>Adds labels, 0 to classes - 1.</summary>
    public void Add(ReadOnlySpan<int> labels)
    {
        foreach (int label in labels) Bits -= Math.Log2((_seen[label]++ + 1.0) / (_all++ + classes));
    }
}

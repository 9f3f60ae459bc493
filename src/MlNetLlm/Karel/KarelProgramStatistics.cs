namespace MlNetLlm.Karel;

/// <summary>
/// Diversity and length of programs, such as those that a snapshot writes for all test specifications. Programs are counted as they come;
/// only different ones take memory.
/// </summary>
public sealed class KarelProgramStatistics
{
    private readonly Dictionary<ulong, int> _counts = [];
    private readonly long[] _operations = new long[5], _pairs = new long[25];

    /// <summary>Programs counted.</summary>
    public int Count { get; private set; }

    /// <summary>Different programs among them.</summary>
    public int Unique => _counts.Count;

    /// <summary>Different programs a program counted; 0 before the first.</summary>
    public double UniqueShare => Share(Unique);

    /// <summary>How many of the programs are the most frequent one, as a share; 0 before the first.</summary>
    public double MostFrequentShare => Share(_counts.Count == 0 ? 0 : _counts.Values.Max());

    /// <summary>Operations a program; 0 before the first.</summary>
    public double MeanLength => Share(_operations.Sum());

    /// <summary>Entropy of single operations in bits; at most log₂ 5 = 2.32.</summary>
    public double OperationEntropy => Entropy(_operations);

    /// <summary>Entropy of pairs of successive operations in bits; at most 4.64.</summary>
    public double PairEntropy => Entropy(_pairs);

    /// <summary>Counts a program.</summary>
    /// <param name="program">Its operations, at most 20.</param>
    /// <exception cref="ArgumentException">It is longer.</exception>
    public void Add(ReadOnlySpan<KarelOperation> program)
    {
        if (program.Length > 20)
            throw new ArgumentException($"A program of {program.Length} operations cannot be counted; 20 is the limit.");
        ulong key = 1;                                          // the leading one keeps the length: three bits an operation follow
        for (int i = 0; i < program.Length; i++)
        {
            key = key << 3 | (ulong)program[i];
            _operations[(int)program[i]]++;
            if (i > 0) _pairs[5 * (int)program[i - 1] + (int)program[i]]++;
        }

        _counts[key] = _counts.GetValueOrDefault(key) + 1;
        Count++;
    }

    /// <summary>The most frequent program; of equally frequent ones a shortest. Empty before the first.</summary>
    public KarelOperation[] MostFrequent()
    {
        if (_counts.Count == 0) return [];
        ulong key = _counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).First().Key;
        var program = new List<KarelOperation>();
        for (; key > 1; key >>= 3) program.Insert(0, (KarelOperation)(key & 7));
        return [.. program];
    }

    private double Share(long count) => Count == 0 ? 0 : (double)count / Count;

    private static double Entropy(long[] counts)
    {
        double total = counts.Sum();
        return -counts.Where(count => count > 0).Sum(count => count / total * Math.Log2(count / total));
    }
}

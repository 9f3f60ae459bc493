using MlNetLlm.Persistence;


namespace MlNetLlm.Training;

/// <summary>
/// Random numbers for one purpose. Counter-based: number i is a mix of the stream's key and i (SplitMix64, Steele and others 2014), so the
/// whole state is one counter and a stream never disturbs another.
/// </summary>
public sealed class RandomStream
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    private readonly ulong _key;

    /// <summary>Makes a stream from a seed and a purpose.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="name">The purpose; another name gives unrelated numbers.</param>
    public RandomStream(long seed, string name)
        => _key = Identity.Key($"{seed}/{name}");

    /// <summary>How many numbers were drawn. Setting it continues from there.</summary>
    public long Counter { get; set; }

    /// <summary>Draws 64 random bits.</summary>
    /// <returns>Any value, all equally likely.</returns>
    public ulong NextBits()
    {
        var z = _key + (ulong)++Counter * GoldenGamma;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Draws a number for a torch generator's seed.</summary>
    /// <returns>0 or more.</returns>
    public long NextSeed() => (long)(NextBits() >> 1);

    /// <summary>Draws a number from 0 to below 1.</summary>
    /// <returns>A multiple of 2^-53.</returns>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>Draws a whole number from 0 to below a limit, all equally likely.</summary>
    /// <param name="limit">The limit; 1 or more.</param>
    /// <returns>The number.</returns>
    public int Next(int limit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var range = (ulong)limit;
        while (true)   // Lemire 2019: the high half of a product, refusing the few low halves that would favour some numbers
        {
            var high = Math.BigMul(NextBits(), range, out var low);
            if (low >= range || low >= (0 - range) % range)
                return (int)high;
        }
    }

    /// <summary>Draws from the normal distribution with mean 0 and variance 1 (Box and Muller 1958; two numbers a draw).</summary>
    /// <returns>The value.</returns>
    public double NextNormal()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Puts items into random order, all orders equally likely.</summary>
    /// <typeparam name="T">The items' type.</typeparam>
    /// <param name="items">The items, reordered in place.</param>
    public void Shuffle<T>(Span<T> items)
    {
        for (var last = items.Length - 1; last > 0; last--)
        {
            var other = Next(last + 1);
            (items[last], items[other]) = (items[other], items[last]);
        }
    }
}

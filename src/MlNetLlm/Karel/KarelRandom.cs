using System.Text;

namespace MlNetLlm.Karel;

/// <summary>
/// A counter-based source of random numbers: every (seed, stream name, index) has its own numbers, found without those before it. So
/// generated data can start anywhere, be split over workers, and are the same in every process (SplitMix64: Steele, Lea and Flood 2014).
/// </summary>
internal struct KarelRandom
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;
    private ulong _state;

    private KarelRandom(ulong state) => _state = state;

    /// <summary>The key of a named stream; one key serves all its indexes.</summary>
    public static ulong Key(int seed, string stream)
    {
        var key = Mix((ulong)seed + GoldenGamma);
        foreach (var part in Encoding.UTF8.GetBytes(stream)) key = Mix(key ^ part) + GoldenGamma;
        return key;
    }

    public static KarelRandom At(ulong key, long index) => new(Mix(key ^ Mix((ulong)index + GoldenGamma)));

    public static ulong Mix(ulong z)
    {
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return z ^ z >> 31;
    }

    public ulong NextBits() => Mix(_state += GoldenGamma);

    /// <summary>Uniform in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1ul << 53));

    /// <summary>
    /// Uniform in 0 .. <paramref name="bound"/> - 1, exactly: values that would favour some results are drawn again (Lemire 2019).
    /// </summary>
    public int Below(int bound)
    {
        var product = (NextBits() >> 32) * (ulong)bound;
        if ((uint)product < (uint)bound)
        {
            var threshold = (uint)-bound % (uint)bound;
            while ((uint)product < threshold) product = (NextBits() >> 32) * (ulong)bound;
        }

        return (int)(product >> 32);
    }
}

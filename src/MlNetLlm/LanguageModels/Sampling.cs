using System.Numerics.Tensors;

namespace MlNetLlm.LanguageModels;

/// <summary>Chooses one token from its logits.</summary>
internal static class Sampling
{
    /// <summary>Draws from softmax(logits / temperature), cut to the likeliest ones.</summary>
    /// <param name="logits">One value a token.</param>
    /// <param name="options">Temperature, top-k, top-p.</param>
    /// <param name="uniform">A random number, at least 0 and below 1.</param>
    /// <exception cref="LogitException">The largest logit is infinite or no number.</exception>
    internal static int Choose(ReadOnlySpan<float> logits, GenerateOptions options, double uniform)
    {
        var best = TensorPrimitives.IndexOfMax(logits);
        if (!float.IsFinite(logits[best]))
            throw new LogitException(best, logits[best]);
        if (options.Temperature == 0 || options.TopK == 1)
            return best;
        var candidates = Candidates(logits, logits[best], options);
        return Draw(candidates, uniform);
    }

    /// <summary>
    /// A number in [0, 1) for step <paramref name="step"/> of random stream <paramref name="stream"/> (SplitMix64, Steele et al. 2014).
    /// </summary>
    internal static double Uniform(long stream, long step)
    {
        var x = Mix(Mix((ulong)stream) + (ulong)step);
        return (x >> 11) * (1.0 / (1UL << 53));
    }

    /// <summary>
    /// Tokens to draw from with exp((logit − max) / temperature), in order of id when nothing is cut, else likeliest first.
    /// </summary>
    private static List<(int Token, double Weight)> Candidates(ReadOnlySpan<float> logits, float max, GenerateOptions options)
    {
        var all = new List<(int Token, double Weight)>(logits.Length);
        for (var token = 0; token < logits.Length; token++)
            all.Add((token, Math.Exp((logits[token] - max) / options.Temperature)));
        if ((options.TopK == 0 || options.TopK >= all.Count) && options.TopP >= 1)
            return all;

        all.Sort((a, b) => b.Weight != a.Weight ? b.Weight.CompareTo(a.Weight) : a.Token.CompareTo(b.Token));
        if (options.TopK > 0 && options.TopK < all.Count)
            all.RemoveRange(options.TopK, all.Count - options.TopK);
        var (wanted, sum, kept) = (options.TopP * all.Sum(c => c.Weight), 0.0, 0);
        while (kept < all.Count && sum < wanted)
            sum += all[kept++].Weight;
        all.RemoveRange(kept, all.Count - kept);
        return all;
    }

    private static int Draw(List<(int Token, double Weight)> candidates, double uniform)
    {
        var left = uniform * candidates.Sum(c => c.Weight);
        foreach (var (token, weight) in candidates)
        {
            left -= weight;
            if (left < 0)
                return token;
        }
        return candidates[^1].Token;   // only by rounding
    }

    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

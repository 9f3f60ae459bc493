using System.Text;

namespace MlNetLlm.MultipleChoice;

/// <summary>From log-likelihoods of choices to a decision.</summary>
public static class ChoiceMath
{
    /// <summary>
    /// The choices' log-likelihoods, each divided by its length: l'ᵢ = lᵢ / nᵢ. Their argmax decides acc (nᵢ = 1), acc_norm (characters)
    /// and acc_bytes (bytes).
    /// </summary>
    /// <param name="logLikelihoods">Natural logarithms, one a choice.</param>
    /// <param name="continuations">The choices' texts.</param>
    /// <param name="normalization">What to divide by; an empty choice counts as one character.</param>
    /// <returns>One value a choice.</returns>
    public static double[] Normalised(
        IReadOnlyList<double> logLikelihoods, IReadOnlyList<string> continuations, ChoiceNormalization normalization) =>
        [.. logLikelihoods.Zip(continuations, (l, text) => l / Length(text, normalization))];

    /// <summary>exp(l'ᵢ) / Σⱼ exp(l'ⱼ), followed by zeros.</summary>
    /// <param name="logLikelihoods">Normalised or not.</param>
    /// <param name="size">Numbers to return, at least one a choice.</param>
    /// <returns>Probabilities that sum to 1.</returns>
    public static float[] Probabilities(IReadOnlyList<double> logLikelihoods, int size)
    {
        var max = logLikelihoods.Max();
        var weights = logLikelihoods.Select(l => Math.Exp(l - max)).ToArray();
        var sum = weights.Sum();
        var probabilities = new float[size];
        for (var i = 0; i < weights.Length; i++) probabilities[i] = (float)(weights[i] / sum);
        return probabilities;
    }

    /// <summary>The index of the largest; the first of equals.</summary>
    /// <param name="values">At least one.</param>
    public static int Best(IReadOnlyList<double> values)
    {
        var best = 0;
        for (var i = 1; i < values.Count; i++)
            if (values[i] > values[best]) best = i;
        return best;
    }

    private static int Length(string continuation, ChoiceNormalization normalization)
    {
        var choice = continuation.AsSpan().TrimStart();
        return Math.Max(1, normalization switch
        {
            ChoiceNormalization.Characters => CodePoints(choice),
            ChoiceNormalization.Bytes => Encoding.UTF8.GetByteCount(choice),
            _ => 1,
        });
    }

    private static int CodePoints(ReadOnlySpan<char> text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes()) count++;
        return count;
    }
}

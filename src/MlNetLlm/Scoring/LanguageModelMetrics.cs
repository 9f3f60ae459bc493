namespace MlNetLlm.Scoring;

/// <summary>
/// How well a model predicts text. Rows are the sampling units of the standard errors: tokens of one text are not independent.
/// </summary>
/// <param name="Rows">Rows with at least one scored token.</param>
/// <param name="Tokens">Scored tokens.</param>
/// <param name="Bytes">UTF-8 bytes of the scored text.</param>
/// <param name="NegativeLogLikelihood">Nats a token.</param>
/// <param name="NegativeLogLikelihoodStandardError">Its standard error (delta method for a ratio of sums); NaN for fewer than two
/// rows.</param>
/// <param name="BitsPerByte">Bits a byte; unlike perplexity, comparable between tokenisers.</param>
/// <param name="BitsPerByteStandardError">Its standard error; NaN for fewer than two rows.</param>
public sealed record LanguageModelMetrics(
    long Rows,
    long Tokens,
    long Bytes,
    double NegativeLogLikelihood,
    double NegativeLogLikelihoodStandardError,
    double BitsPerByte,
    double BitsPerByteStandardError)
{
    /// <summary>exp of the nats a token.</summary>
    public double Perplexity => Math.Exp(NegativeLogLikelihood);

    /// <summary>Its standard error (delta method); NaN for fewer than two rows.</summary>
    public double PerplexityStandardError => Perplexity * NegativeLogLikelihoodStandardError;

    /// <summary>The metrics of scored rows. Rows without a scored token do not count.</summary>
    /// <exception cref="ArgumentException">No row has a scored token, or a score is not a number.</exception>
    public static LanguageModelMetrics From(IEnumerable<TextScore> scores)
    {
        var rows = scores.Where(s => s.Tokens > 0).ToList();
        if (rows.Count == 0) throw new ArgumentException("There is nothing to evaluate: no row has a scored token.");
        var bad = rows.FindIndex(s => !double.IsFinite(s.NegativeLogLikelihood));
        if (bad >= 0) throw new ArgumentException(
            $"Scored row {bad} has the negative log-likelihood {rows[bad].NegativeLogLikelihood}; the model is broken.");

        var (tokens, bytes) = (rows.Sum(s => (long)s.Tokens), rows.Sum(s => (long)s.Bytes));
        var (perToken, perTokenError) = Ratio(rows, s => s.Tokens);
        var (perByte, perByteError) = Ratio(rows, s => s.Bytes);
        return new(rows.Count, tokens, bytes, perToken, perTokenError, perByte / Math.Log(2), perByteError / Math.Log(2));
    }

    // r = Σ y / Σ x and its standard error √(n/(n−1) Σ (y − r x)²) / Σ x.
    private static (double Ratio, double Error) Ratio(List<TextScore> rows, Func<TextScore, double> units)
    {
        var n = rows.Count;
        var total = rows.Sum(units);
        var ratio = rows.Sum(s => s.NegativeLogLikelihood) / total;
        var squares = rows.Sum(s => Math.Pow(s.NegativeLogLikelihood - ratio * units(s), 2));
        return (ratio, n < 2 ? double.NaN : Math.Sqrt(n / (n - 1.0) * squares) / total);
    }
}

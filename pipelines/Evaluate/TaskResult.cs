using MlNetLlm.Evaluation;

namespace MlNetLlm.Pipelines.Evaluate;

/// <summary>How often a model was right.</summary>
/// <param name="Name">accuracy (acc), accuracy by characters (acc_norm) or exact match.</param>
/// <param name="Value">Share of the rows.</param>
/// <param name="Rows">Rows judged.</param>
public sealed record Share(string Name, double Value, long Rows)
{
    /// <summary>Its standard error over rows, √(p (1 − p) / (n − 1)); null for fewer than two rows.</summary>
    public double? StandardError => Rows < 2 ? null : Math.Sqrt(Value * (1 - Value) / (Rows - 1));

    /// <summary>Wilson's 95 % interval.</summary>
    public ConfidenceInterval Interval => Intervals.OfShare((long)Math.Round(Value * Rows), Rows);
}

/// <summary>What an evaluation found out about one task.</summary>
public sealed record TaskResult
{
    /// <summary>The task.</summary>
    public required string Task { get; init; }

    /// <summary>The split.</summary>
    public required string Split { get; init; }

    /// <summary>The shares; the first is the one that chance is compared with.</summary>
    public required IReadOnlyList<Share> Shares { get; init; }

    /// <summary>The share that guessing gets: the mean of 1 / choices. Null where nothing can be guessed.</summary>
    public double? Chance { get; init; }

    /// <summary>Rows read.</summary>
    public required long Rows { get; init; }

    /// <summary>Rows that have no right answer and are not judged.</summary>
    public required long Unanswered { get; init; }

    /// <summary>Rows whose prompt lost its start because the model's context is too short.</summary>
    public required long Cut { get; init; }

    /// <summary>What the main share says of chance, in words; null where nothing can be guessed.</summary>
    public string? Verdict
    {
        get
        {
            if (Chance is not { } chance) return null;
            var interval = Shares[0].Interval;
            if (interval.Contains(chance)) return "at chance";
            return interval.Lower > chance ? "above chance" : "below chance";
        }
    }
}

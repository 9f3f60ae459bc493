namespace MlNetLlm.Sweeps;

/// <summary>What a sweep asks a worker to do.</summary>
/// <param name="Trial">The trial's number, from 0.</param>
/// <param name="Round">The round of successive halving, from 0; always 0 without it.</param>
/// <param name="Values">Option values, by name, as JSON texts.</param>
public sealed record TrialRequest(int Trial, int Round, IReadOnlyDictionary<string, string> Values);

/// <summary>How a trial ended.</summary>
/// <param name="Trial">The trial's number.</param>
/// <param name="Round">The round of successive halving.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Loss">What is to become small; null unless it completed.</param>
/// <param name="Milliseconds">How long it took.</param>
/// <param name="Detail">Why it failed, or null.</param>
/// <param name="Limit">The limit that it was stopped at: seconds where it timed out, MiB where it was out of memory; else null.</param>
public sealed record TrialOutcome(
    int Trial, int Round, TrialStatus Status, double? Loss, long Milliseconds, string? Detail = null, double? Limit = null);

/// <summary>How a trial ended.</summary>
public enum TrialStatus
{
    /// <summary>It has a loss that is a finite number.</summary>
    Completed,

    /// <summary>Its process failed, or its loss is no finite number.</summary>
    Failed,

    /// <summary>It was stopped at its time limit.</summary>
    TimedOut,

    /// <summary>It was stopped at its memory limit.</summary>
    OutOfMemory,

    /// <summary>Its process was ended by a signal, such as the system sends when memory is short: no word on the trial itself.</summary>
    Killed,
}

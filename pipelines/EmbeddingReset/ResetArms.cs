using MlNetLlm.EmbeddingReset;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>The arms: how each departs from forgetting or from the standard in first training. Everything after it is the same.</summary>
internal static class ResetArms
{
    /// <summary>Standard: never reset.</summary>
    public const string Standard = "B0";

    /// <summary>Forgetting: the embeddings are drawn anew every K updates.</summary>
    public const string Forgetting = "AF";

    /// <summary>A body that was never trained.</summary>
    public const string RandomBody = "B9";

    /// <summary>The share of the updates after which "B8" stops forgetting.</summary>
    private const double StopShare = 0.7;

    private static readonly Dictionary<string, (string Title, Func<int, int, EmbeddingResetOptions> Reset)> _arms = new()
    {
        [Forgetting] = ("forgetting: embeddings drawn anew every K updates", (_, k) => Every(k)),
        [Standard] = ("standard: never reset", (u, _) => Every(u)),
        ["B1"] = ("one reset, after half of the updates", (u, k) => Every(u) with { Updates = [u / 2 / k * k] }),
        ["B2"] = ("one reset, K updates before the end", (u, k) => Every(u) with { Updates = [u - k] }),
        ["B3"] = ("noise of half the embeddings' spread instead of a reset",
            (_, k) => Every(k) with { Change = ResetChange.Perturb, Keep = 1, NoiseShare = 0.5 }),
        ["B3s"] = ("half of the embeddings plus that noise (shrink and perturb)",
            (_, k) => Every(k) with { Change = ResetChange.Perturb, Keep = 0.5, NoiseShare = 0.5 }),
        ["B4"] = ("rows shuffled instead of a reset", (_, k) => Every(k) with { Change = ResetChange.ShuffleRows }),
        ["B5"] = ("moments and rate begin anew, weights stay", (_, k) => Every(k) with { Change = ResetChange.None }),
        ["B6m"] = ("forgetting with the moments kept", (_, k) => Every(k) with { KeepMoments = true }),
        ["B6s"] = ("forgetting with one rate schedule for all", (_, k) => Every(k) with { GlobalSchedule = true }),
        ["B7"] = ("the last layer drawn anew instead", (_, k) => Every(k) with { Target = ResetTarget.LastLayer }),
        ["B7r"] = ("one random matrix drawn anew instead", (_, k) => Every(k) with { Target = ResetTarget.RandomMatrix }),
        ["B8"] = ("forgetting until 70 % of the updates", (u, k) => Every(k) with { StopAfter = (int)(u * StopShare) / k * k }),
        ["AFc"] = ("forgetting without clipping", (_, k) => Every(k)),
        [RandomBody] = ("a body that was never trained", (u, _) => Every(u)),
    };

    /// <summary>Arms that never reset more than once, and so take the embedding rate chosen for the standard.</summary>
    private static readonly string[] _likeStandard = [Standard, "B1", "B2", "B7", "B7r", RandomBody];

    /// <summary>The names of all arms.</summary>
    public static IReadOnlyCollection<string> Names => _arms.Keys;

    /// <summary>What an arm is, in words.</summary>
    public static string Title(string arm) => _arms[arm].Title;

    /// <summary>Of the two arms whose embedding rate is chosen, the one whose rate an arm takes.</summary>
    public static string RatesOf(string arm) => _likeStandard.Contains(arm) ? Standard : Forgetting;

    /// <summary>Whether an arm clips its gradient; all but one do.</summary>
    public static bool Clips(string arm) => arm != "AFc";

    /// <summary>The resets of an arm.</summary>
    /// <param name="arm">Its name.</param>
    /// <param name="updates">U.</param>
    /// <param name="episodes">U / K.</param>
    /// <param name="rateScale">The factor on the embeddings' rate; what else is reset keeps the body's.</param>
    public static EmbeddingResetOptions Reset(string arm, int updates, int episodes, double rateScale)
    {
        var reset = _arms[arm].Reset(updates, updates / episodes);
        return reset with { LearningRateScale = reset.Target == ResetTarget.Embeddings ? rateScale : 1 };
    }

    private static EmbeddingResetOptions Every(int interval) => new() { Interval = interval };
}

namespace MlNetLlm.Pipelines.Commands;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>doctor found that something does not work.</summary>
    public const int Missing = 1;

    /// <summary>What was asked is wrong or cannot be done: a mistyped command, an unknown name, a bad file, missing data.</summary>
    public const int Refused = 2;

    /// <summary>A repeated run gave other numbers.</summary>
    public const int NotReproduced = 3;

    /// <summary>Stopped by Ctrl-C, with its state saved.</summary>
    public const int Cancelled = 130;

    /// <summary>All of them in a sentence, for help.</summary>
    public static string Sentence { get; } = $"Exit codes: 0 done; {Missing} doctor found that something does not work; "
        + $"{Refused} what was asked is wrong or cannot be done, and the message says why; "
        + $"{NotReproduced} a repeated run gave other numbers; {Cancelled} stopped by Ctrl-C, with its state saved.";
}

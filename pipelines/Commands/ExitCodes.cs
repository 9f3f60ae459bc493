namespace MlNetLlm.Pipelines.Commands;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Something asked for was wrong: an unknown name, a bad file, missing data.</summary>
    public const int Refused = 2;

    /// <summary>A repeated run gave other numbers.</summary>
    public const int NotReproduced = 3;

    /// <summary>Stopped by Ctrl-C, with its state saved.</summary>
    public const int Cancelled = 130;
}

namespace MlNetLlm.Importance;

/// <summary>Checks options before anything is read or computed.</summary>
internal static class CalibrationOptionsExtensions
{
    /// <summary>Gives sound options back and refuses others.</summary>
    /// <exception cref="ArgumentException">Lists every fault with its value.</exception>
    public static TOptions Validated<TOptions>(this TOptions options) where TOptions : CalibrationOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Faults().ToList();
        return faults.Count == 0 ? options : throw new ArgumentException($"{options.GetType().Name}: {string.Join(" ", faults)}");
    }
}

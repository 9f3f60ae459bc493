namespace MlNetLlm.Training;

/// <summary>Checks options before anything is read or computed.</summary>
public static class TrainingOptionsExtensions
{
    /// <summary>Gives sound options back and refuses others.</summary>
    /// <typeparam name="TOptions">The method's options.</typeparam>
    /// <param name="options">The options.</param>
    /// <returns>The same object.</returns>
    /// <exception cref="ArgumentException">Lists every fault with its value.</exception>
    public static TOptions Validated<TOptions>(this TOptions options) where TOptions : TrainingOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Faults().ToList();
        return faults.Count == 0 ? options : throw new ArgumentException($"{options.GetType().Name}: {string.Join(" ", faults)}");
    }
}

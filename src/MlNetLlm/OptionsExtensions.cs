namespace MlNetLlm;

/// <summary>Checks options before anything is read or computed.</summary>
public static class OptionsExtensions
{
    /// <summary>Gives sound options back and refuses others.</summary>
    /// <typeparam name="TOptions">The record.</typeparam>
    /// <param name="options">The options.</param>
    /// <returns>The same object.</returns>
    /// <exception cref="ArgumentException">Names the record, and lists every fault with its value.</exception>
    public static TOptions Validated<TOptions>(this TOptions options) where TOptions : ICheckedOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        return Without(options, options.Faults());
    }

    /// <summary>The same of options whose faults depend on more than themselves, such as a model.</summary>
    internal static TOptions Without<TOptions>(TOptions options, IEnumerable<string> faults) where TOptions : notnull
    {
        var all = string.Join(" ", faults);
        return all.Length == 0 ? options : throw new ArgumentException($"{options.GetType().Name}: {all}");
    }
}

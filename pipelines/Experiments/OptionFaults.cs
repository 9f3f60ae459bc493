namespace MlNetLlm.Pipelines.Experiments;

/// <summary>What is wrong with an experiment's options: with its own, and with those it hands to the library.</summary>
internal static class OptionFaults
{
    /// <summary>Refuses options that have a fault.</summary>
    /// <param name="whose">Whose options they are: 'svf'.</param>
    /// <param name="own">The faults of the options themselves.</param>
    /// <param name="stages">Those of what each stage makes of them; asked for only where the options themselves are sound.</param>
    /// <exception cref="ArgumentException">Lists every fault with its value, each once.</exception>
    public static void Refuse(string whose, IEnumerable<string> own, Func<IEnumerable<string>>? stages = null)
    {
        var faults = own.Distinct().ToList();
        if (faults.Count == 0) faults = [.. (stages?.Invoke() ?? []).Distinct()];
        if (faults.Count > 0)
            throw new ArgumentException($"The options of {whose} have {faults.Count} fault(s): {string.Join(" ", faults)}");
    }

    /// <summary>Faults with the stage that they are met in before them.</summary>
    public static IEnumerable<string> In(string stage, IEnumerable<string> faults) => faults.Select(fault => $"{stage}: {fault}");

    /// <summary>What a check refuses, as a fault.</summary>
    public static IEnumerable<string> Of(Action check)
    {
        try
        {
            check();
            return [];
        }
        catch (ArgumentException error)
        {
            return [error.Message];
        }
    }
}

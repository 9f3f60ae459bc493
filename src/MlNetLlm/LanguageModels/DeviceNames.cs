using TorchSharp;

namespace MlNetLlm.LanguageModels;

/// <summary>Devices by the names that options give them: cpu, cuda, cuda:0.</summary>
internal static class DeviceNames
{
    /// <summary>What is wrong with a name; null = nothing. Whether there is such a device is asked when it is used.</summary>
    public static string? Fault(string name) =>
        name is "cpu" or "cuda" || (name.StartsWith("cuda:", StringComparison.Ordinal) && ushort.TryParse(name.AsSpan(5), out _))
            ? null
            : $"Device is '{name}'; expected 'cpu', 'cuda' or 'cuda:' and a number.";

    /// <summary>The device of a name.</summary>
    /// <exception cref="ArgumentException">It names none.</exception>
    /// <exception cref="InvalidOperationException">This machine has no such device.</exception>
    public static torch.Device Of(string name)
    {
        if (Fault(name) is { } fault) throw new ArgumentException(fault);
        if (name == "cpu") return torch.CPU;
        var count = torch.cuda.is_available() ? torch.cuda.device_count() : 0;
        var number = name.Length > 5 ? int.Parse(name.AsSpan(5), System.Globalization.CultureInfo.InvariantCulture) : 0;
        return number < count ? torch.device(name) : throw new InvalidOperationException(
            $"Device is '{name}', and {(count == 0 ? "no CUDA device is found here" : $"the CUDA devices here are 0 to {count - 1}")}. "
            + "Set `Device` to 'cpu', or use a build with a CUDA backend on a machine with such a device.");
    }
}

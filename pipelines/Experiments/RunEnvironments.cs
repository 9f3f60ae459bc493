using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Microsoft.ML;
using MlNetLlm.Runs;
using TorchSharp;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>Finds out what this process runs on.</summary>
internal static class RunEnvironments
{
    private const int ProductSize = 128;

    /// <summary>The environment of this process; the same before its first tensor and after its last.</summary>
    public static RunEnvironment Current()
    {
        // What multiplies is known when it has: an OpenBLAS over OpenMP counts its threads in a product that is worth several.
        using (torch.NewDisposeScope())
            torch.ones(ProductSize, ProductSize).matmul(torch.ones(ProductSize, ProductSize));
        return new(Commit(), Describe(typeof(MLContext).Assembly), Torch(), torch.cuda.is_available() ? "cuda" : "cpu",
            torch.get_num_threads(), Machine(), MatrixProducts.Describe());
    }

    /// <summary>What decides the bits of results on machines with the same packages.</summary>
    public static string Machine()
    {
        var vectors = Vector512.IsHardwareAccelerated ? "512" : Vector256.IsHardwareAccelerated ? "256" : "128";
        var system = OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsWindows() ? "windows" : "other";
        return $"{system} {RuntimeInformation.ProcessArchitecture} {vectors}-bit vectors".ToLowerInvariant();
    }

    /// <summary>A stand-in is an assembly of this repository; a package carries its own version.</summary>
    public static string Describe(Assembly assembly) =>
        IsStandIn(assembly) ? "stand-in" : $"package {Version(assembly)}";

    /// <summary>The TorchSharp in use and its libtorch.</summary>
    public static string Torch() => IsStandIn(typeof(torch).Assembly)
        ? $"libtorch {torch.__version__} (system)"
        : $"TorchSharp {Version(typeof(torch).Assembly)}, libtorch {torch.__version__}";

    /// <summary>Whether the assembly is one of src/StandIns.</summary>
    public static bool IsStandIn(Assembly assembly) =>
        assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "StandIn", Value: "true" });

    /// <summary>
    /// The commit that this program was built from, with "-dirty" behind it where sources differed from the commit; of a build that knows
    /// none, the commit of the checkout that it lies in; else "unknown".
    /// </summary>
    public static string Commit() => CommitOf(typeof(RunEnvironments).Assembly) ?? CheckedOut() ?? "unknown";

    /// <summary>The version of an assembly, without its commit.</summary>
    public static string Version(Assembly assembly) => Informational(assembly)?.Split('+')[0] ?? "of unknown version";

    /// <summary>The commit in an assembly's version, as the SDK puts it there; null where there is none.</summary>
    internal static string? CommitOf(Assembly assembly) => Informational(assembly)?.Split('+') is [_, var commit] ? commit : null;

    private static string? Informational(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;

    private static string? CheckedOut()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["rev-parse", "HEAD"])
            {
                WorkingDirectory = AppContext.BaseDirectory,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            });
            var text = git?.StandardOutput.ReadToEnd().Trim();
            git?.WaitForExit();
            return git?.ExitCode == 0 && text is { Length: > 0 } ? text : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;   // no git here
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlNetLlm;

/// <summary>
/// Asks MKL, which libtorch's own builds multiply matrices with, for the same bits whatever the alignment of memory and the number of
/// threads. Otherwise two runs with the same seed differ in the last bits: TorchSharp's tensors lie where the garbage collector put
/// their arrays.
/// </summary>
/// <remarks>
/// MKL reads its environment at its first product. A value that is already set is kept; MKL_CBWR=OFF gives up the promise. libtorch
/// without MKL, such as Debian's, is not concerned.
/// </remarks>
internal static partial class ReproducibleProducts
{
    private const string Variable = "MKL_CBWR";
    private const string Mode = "AUTO,STRICT";        // the fastest branch of this processor, whatever the alignment

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Must precede the first product, wherever in the library that comes from.")]
    internal static void Ask()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not null) return;
        Environment.SetEnvironmentVariable(Variable, Mode);
        // .NET keeps an environment of its own on Unix; native code reads the process's.
        if (!OperatingSystem.IsWindows()) _ = SetNative(Variable, Mode, overwrite: 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}

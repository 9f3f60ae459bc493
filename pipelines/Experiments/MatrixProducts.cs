using System.Runtime.InteropServices;

namespace MlNetLlm.Pipelines.Experiments;

/// <summary>
/// What libtorch multiplies matrices with. One library has code for many processors, and code for another processor rounds otherwise: it is
/// chosen by what the processor is, or by variables such as OPENBLAS_CORETYPE and MKL_CBWR.
/// </summary>
internal static unsafe class MatrixProducts
{
    private const string Maps = "/proc/self/maps";

    /// <summary>
    /// The library, whose code it uses and its threads, as in "OpenBLAS for Haswell, 1 thread"; of another library the variables that choose
    /// its code; null where neither is known. Asks for what libtorch has loaded, so use a tensor before.
    /// </summary>
    public static string? Describe() => OpenBlas() ?? Chosen("MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS");

    private static string? OpenBlas()
    {
        // Some builds give their functions other names; a run does not fail for that.
        if (Loaded("libopenblas") is not { } file || !NativeLibrary.TryLoad(file, out var library)
            || !NativeLibrary.TryGetExport(library, "openblas_get_corename", out var core)
            || !NativeLibrary.TryGetExport(library, "openblas_get_num_threads", out var count))
            return null;
        var threads = ((delegate* unmanaged[Cdecl]<int>)count)();
        var name = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged[Cdecl]<byte*>)core)());
        return $"OpenBLAS for {name}, {threads} {(threads == 1 ? "thread" : "threads")}";
    }

    // The file of a library in this process; null where there is none, or no list of them.
    private static string? Loaded(string name) => !File.Exists(Maps) ? null : File.ReadLines(Maps)
        .Select(line => line[(line.IndexOf('/', StringComparison.Ordinal) is var at && at < 0 ? line.Length : at)..])
        .FirstOrDefault(path => Path.GetFileName(path).StartsWith(name, StringComparison.Ordinal));

    private static string? Chosen(params IReadOnlyList<string> variables)
    {
        var set = variables.Where(variable => Environment.GetEnvironmentVariable(variable) is not null).ToList();
        return set.Count == 0 ? null : string.Join(", ", set.Select(variable => $"{variable}={Environment.GetEnvironmentVariable(variable)}"));
    }
}

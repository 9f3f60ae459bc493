using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

/// <summary>Loads the library and looks at MKL_CBWR, as .NET and as native code see it.</summary>
internal static partial class ProductsMode
{
    private const string Variable = "MKL_CBWR";

    public static int Print()
    {
        RuntimeHelpers.RunModuleConstructor(typeof(MlNetLlm.LanguageModelCatalog).Module.ModuleHandle);
        Console.WriteLine(Environment.GetEnvironmentVariable(Variable));
        Console.WriteLine(OperatingSystem.IsWindows()
            ? Environment.GetEnvironmentVariable(Variable) : Marshal.PtrToStringUTF8(GetNative(Variable)));
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}

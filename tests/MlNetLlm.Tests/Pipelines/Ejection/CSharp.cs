using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MlNetLlm.Tests.Pipelines.Ejection;

/// <summary>The compiler, for a program over the library: what `dotnet build` of an ejected project says, without its seconds.</summary>
internal static class CSharp
{
    private const string ImplicitUsings =
        """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    // What an ejected project does not see; the compiler would take what is missing from there.
    private static readonly string[] _ours = ["MlNetLlm.Pipelines.dll", "MlNetLlm.Tests.dll"];

    private static readonly IReadOnlyList<MetadataReference> _references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !_ours.Contains(Path.GetFileName(path))).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Compiles a program.</summary>
    /// <param name="sources">Name and text of each source.</param>
    /// <returns>The errors, and the warnings, which are errors in this repository; empty for a program that compiles.</returns>
    public static IReadOnlyList<string> Faults(IEnumerable<(string Name, string Text)> sources)
    {
        var parsing = new CSharpParseOptions(LanguageVersion.Latest);
        var options = new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable)
            // As the SDK does: assemblies of the framework refer to each other's older versions.
            .WithSpecificDiagnosticOptions([new("CS1701", ReportDiagnostic.Suppress), new("CS1702", ReportDiagnostic.Suppress)]);
        var program = CSharpCompilation.Create("Ejected",
            sources.Append((Name: "ImplicitUsings.cs", Text: ImplicitUsings))
                .Select(file => CSharpSyntaxTree.ParseText(file.Text, parsing, file.Name)), _references, options);
        using var assembly = new MemoryStream();
        return [.. program.Emit(assembly).Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString())];
    }
}

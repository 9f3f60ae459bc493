using System.Security;
using MlNetLlm.Data;
using MlNetLlm.Pipelines.Commands;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>The project file around ejected sources.</summary>
internal static class EjectedProject
{
    /// <summary>
    /// In a checkout it refers to the library's project and builds on the same packages or stand-ins; elsewhere to the package.
    /// `dotnet run` runs it in its own folder, where its files of data are, from wherever that is called.
    /// </summary>
    /// <param name="datasets">Data sets of the checkout's catalog that the project finds by their names, beside its program.</param>
    public static (string Name, string Text) File(IReadOnlyList<Dataset> datasets)
    {
        if (Repository.Root() is not { } root)
            return ("Ejected.csproj", Text("", """<PackageReference Include="MlNetLlm" Version="0.1.0" />""", ""));
        var quoted = Quoted(root);
        return ("Ejected.csproj", Text(
            $"""
              <Import Project="{quoted}/Directory.Build.props" />

            """,
            string.Join("\n    ", Items(root, datasets)),
            $"""
              <Import Project="{quoted}/src/StandIns/Frameworks.targets" />

            """,
            $"""
                <DirectoryPackagesPropsPath>{quoted}/Directory.Packages.props</DirectoryPackagesPropsPath>
                <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>

            """));
    }

    private static IEnumerable<string> Items(string root, IReadOnlyList<Dataset> datasets)
    {
        yield return $"""<ProjectReference Include="{Quoted(Path.Combine(root, "src", "MlNetLlm", "MlNetLlm.csproj"))}" />""";
        if (datasets.Count > 0) yield return Beside(Path.Combine(root, "datasets", "catalog.json"), "catalog.json");
        foreach (var dataset in datasets)
            foreach (var file in dataset.Files) yield return Beside(dataset.File(file), $"{dataset.Name}/{file}");
    }

    private static string Beside(string path, string name) =>
        $"""<None Include="{Quoted(path)}" Link="datasets/{Quoted(name)}" CopyToOutputDirectory="PreserveNewest" />""";

    private static string Quoted(string text) => SecurityElement.Escape(text);

    private static string Text(string import, string reference, string targets, string properties = "") =>
        $"""
        <Project>
          <PropertyGroup>
        {properties}    <OutputType>Exe</OutputType>
            <RunWorkingDirectory>$(MSBuildProjectDirectory)</RunWorkingDirectory>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
          </PropertyGroup>
        {import}  <Import Project="Sdk.props" Sdk="Microsoft.NET.Sdk" />
          <ItemGroup>
            {reference}
          </ItemGroup>
        {targets}  <Import Project="Sdk.targets" Sdk="Microsoft.NET.Sdk" />
        </Project>

        """;
}

using System.Security;
using MlNetLlm.Pipelines.Commands;

namespace MlNetLlm.Pipelines.Ejection;

/// <summary>The project file around ejected sources.</summary>
internal static class EjectedProject
{
    /// <summary>
    /// In a checkout it refers to the library's project and builds on the same packages or stand-ins; elsewhere to the package. `dotnet run`
    /// runs it in its own folder, where its files of data are, from wherever that is called.
    /// </summary>
    public static (string Name, string Text) File()
    {
        var root = Path.GetDirectoryName(Repository.Artifacts())!;
        var project = Path.Combine(root, "src", "MlNetLlm", "MlNetLlm.csproj");
        if (!System.IO.File.Exists(project))
            return ("Ejected.csproj", Text("", """<PackageReference Include="MlNetLlm" Version="0.1.0" />""", ""));
        var quoted = SecurityElement.Escape(root);
        return ("Ejected.csproj", Text(
            $"""
              <Import Project="{quoted}/Directory.Build.props" />

            """,
            $"""<ProjectReference Include="{SecurityElement.Escape(project)}" />""",
            $"""
              <Import Project="{quoted}/src/StandIns/Frameworks.targets" />

            """,
            $"""
                <DirectoryPackagesPropsPath>{quoted}/Directory.Packages.props</DirectoryPackagesPropsPath>
                <ImportDirectoryBuildProps>false</ImportDirectoryBuildProps>

            """));
    }

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

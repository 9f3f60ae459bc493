using System.Diagnostics;
using System.Runtime.Versioning;
using MlNetLlm.Pipelines.Commands;
using MlNetLlm.Tests.Persistence;

namespace MlNetLlm.Tests.Pipelines;

/// <summary>
/// What pipelines/setup.sh does on machines that lack this or that. The programs it asks are replaced by ones that answer as told and note
/// what they were asked; the caller runs under "set -euo pipefail", as pipelines/run.sh does.
/// </summary>
[Platform("Linux"), SupportedOSPlatform("linux")]
public sealed class SetupTests
{
    private static readonly string[] _usual =
        ["bash", "cat", "chmod", "cp", "cut", "dirname", "grep", "mkdir", "mktemp", "mv", "rm", "sed", "sha256sum", "tail"];

    private TemporaryFolder _machine = null!;

    [SetUp]
    public void SetUp()
    {
        _machine = new TemporaryFolder();
        foreach (var folder in new[] { "bin", "asked", "packages", "checkout/pipelines", "checkout/artifacts", "temporary" })
            Directory.CreateDirectory(_machine[folder]);
        foreach (var file in new[] { "Directory.Packages.props", "pipelines/setup.sh" })
            File.Copy(Path.Combine(Repository.Root()!, file), _machine["checkout/" + file]);
        foreach (var name in _usual)
            File.CreateSymbolicLink(_machine["bin/" + name], new[] { "/usr/bin/", "/bin/" }.Select(folder => folder + name).First(File.Exists));
        Install("id", "echo 0");
        Install("ldconfig", "echo libopenblas.so.0");
        Install("npm", "");
        Install("apt-get", """
            case " $* " in *" g++ "*) printf '#!/bin/sh\n' > "$MACHINE/bin/g++"; chmod +x "$MACHINE/bin/g++" ;; esac
            """);
        Feed(lacks: "Microsoft.ML.AutoML TorchSharp");
    }

    [TearDown]
    public void TearDown() => _machine.Dispose();

    [Test]
    public void Setup_WithoutACompiler_InstallsItAndGoesOn()
    {
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.Zero, said);
        Assert.That(Asked("apt-get"), Does.Contain("install").And.Contain("g++"));
        Assert.That(StandIns(), Does.Contain("<UseStandIns>Microsoft.ML.AutoML;TorchSharp</UseStandIns>"));
    }

    [Test]
    public void Setup_ASecondTime_AsksNobody()
    {
        Assert.That(SetUpMachine().Exit, Is.Zero);
        Directory.Delete(_machine["asked"], recursive: true);
        Directory.CreateDirectory(_machine["asked"]);
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.Zero, said);
        Assert.That(said, Is.Empty);
        Assert.That(Asked("dotnet"), Does.Not.Contain("restore"));
        Assert.That(Asked("apt-get"), Is.Empty);
    }

    [Test]
    public void Setup_WithoutTheRightToInstall_NamesWhatIsMissing()
    {
        Install("id", "echo 1000");
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(said, Does.Contain("the stand-in for TorchSharp lacks g++").And.Contain("Run as root: apt-get install"));
    }

    [Test]
    public void Setup_WhereTheFeedHasEverything_TakesRealPackagesAndNoCompiler()
    {
        Feed(lacks: "");
        File.WriteAllText(_machine["checkout/artifacts/StandIns.props"], "an older answer");
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.Zero, said);
        Assert.That(File.Exists(_machine["checkout/artifacts/StandIns.props"]), Is.False);
        Assert.That(Asked("apt-get"), Is.Empty);
        Assert.That(SetUpMachine().Said, Is.Empty, "the second time");
    }

    [Test]
    public void Setup_WhereTorchSharpCannotBeLoaded_StandsInForItAlone()
    {
        Feed(lacks: "");
        var version = File.ReadLines(_machine["checkout/Directory.Packages.props"])
            .Single(line => line.Contains("Include=\"TorchSharp\"", StringComparison.Ordinal)).Split('"')[3];
        var native = _machine[$"packages/torchsharp/{version}/runtimes/linux-x64/native"];
        Directory.CreateDirectory(native);
        File.WriteAllText(Path.Combine(native, "libLibTorchSharp.so"), "");
        Install("ldd", "echo \"libstdc++.so.6: version 'GLIBCXX_3.4.32' not found\" ; exit 1");
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.Zero, said);
        Assert.That(StandIns(), Does.Contain("<UseStandIns>TorchSharp</UseStandIns>"));
        Assert.That(Asked("dotnet"), Does.Not.Contain("TorchSharp-cpu"));
    }

    [Test]
    public void Setup_WhereTheFeedDoesNotAnswer_SaysSoAndDecidesNothing()
    {
        Install("dotnet", """
            case "$1" in --version) echo 10.0.100 ;; *) echo "error NU1301: no connection"; exit 1 ;; esac
            """);
        var (exit, said) = SetUpMachine();
        Assert.That(exit, Is.EqualTo(1));
        Assert.That(said, Does.Contain("NU1301").And.Contain("the package feed did not answer"));
        Assert.That(Directory.EnumerateFiles(_machine["checkout/artifacts"]), Is.Empty);
    }

    private void Feed(string lacks) => Install("dotnet", $$"""
        case "$1" in
          --version) echo 10.0.100 ;;
          nuget) echo "global-packages: $MACHINE/packages/" ;;
          restore)
            package=$(sed -nE 's/.*PackageReference Include="([^"]+)".*/\1/p' "$2")
            echo "$package" >> "$MACHINE/asked/dotnet"
            case " {{lacks}} " in *" $package "*) echo "error NU1101: Unable to find package $package"; exit 1 ;; esac ;;
        esac
        """);

    private void Install(string program, string body)
    {
        File.WriteAllText(_machine["bin/" + program], $"#!/bin/bash\necho \"$*\" >> \"$MACHINE/asked/{program}\"\n{body}\n");
        File.SetUnixFileMode(_machine["bin/" + program], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Asked(string program) => File.Exists(_machine["asked/" + program]) ? File.ReadAllText(_machine["asked/" + program]) : "";

    private string StandIns() => File.ReadAllText(_machine["checkout/artifacts/StandIns.props"]);

    private (int Exit, string Said) SetUpMachine()
    {
        var start = new ProcessStartInfo(_machine["bin/bash"], ["-c", "set -euo pipefail; source pipelines/setup.sh"])
        {
            WorkingDirectory = _machine["checkout"], RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = _machine["bin"];
        start.Environment["MACHINE"] = _machine.Path;
        start.Environment["TMPDIR"] = _machine["temporary"];
        using var process = Process.Start(start)!;
        var said = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said);
    }
}

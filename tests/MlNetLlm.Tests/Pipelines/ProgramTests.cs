namespace MlNetLlm.Tests.Pipelines;

/// <summary>What is mistyped ends with one exit code and a short way out; help is there under each name.</summary>
public sealed class ProgramTests
{
    [TestCase("mlnetllm --help", "lisst")]
    [TestCase("mlnetllm list --help", "list", "--bogus")]
    [TestCase("mlnetllm compare --help", "compare", "one")]
    [TestCase("mlnetllm run --help", "run", "svf", "--seed", "one")]
    public void Command_ThatIsMistyped_IsRefusedWithTheHelpNamed(string help, params string[] arguments)
    {
        var (exit, output, errors) = Command.Run(arguments);
        Assert.That((exit, errors), Is.EqualTo((2, errors)));
        Assert.That(errors, Does.Contain(help).And.Not.Contain("Usage:"));
        Assert.That(output, Does.Not.Contain("Usage:"));
    }

    [Test]
    public void Help_UnderEachName_ListsTheCommandsAndExitCodes()
    {
        var (exit, help, errors) = Command.Run("--help");
        Assert.That((exit, errors), Is.EqualTo((0, "")));
        Assert.That(help, Does.Contain("reproduce").And.Contain("Exit codes: 0 ").And.Contain("130 "));
        Assert.That(Command.Run("help"), Is.EqualTo((0, help, "")));
        Assert.That(Command.Run(), Is.EqualTo((0, help, "")));

        (exit, help, errors) = Command.Run("list", "--help");
        Assert.That((exit, errors), Is.EqualTo((0, "")));
        Assert.That(Command.Run("help", "list"), Is.EqualTo((0, help, "")));
    }
}

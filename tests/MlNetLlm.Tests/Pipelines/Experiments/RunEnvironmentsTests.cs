using System.Reflection;
using System.Reflection.Emit;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines.Experiments;

public sealed class RunEnvironmentsTests
{
    [TestCase("0.1.0+0123abc", "0123abc", "0.1.0")]
    [TestCase("0.1.0+0123abc-dirty", "0123abc-dirty", "0.1.0")]
    [TestCase("0.1.0", null, "0.1.0")]
    [TestCase(null, null, "of unknown version")]
    public void CommitOf_IsWhatTheBuildPutIntoTheVersion(string? version, string? commit, string number)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("built"), AssemblyBuilderAccess.Run);
        if (version is not null)
            assembly.SetCustomAttribute(new CustomAttributeBuilder(
                typeof(AssemblyInformationalVersionAttribute).GetConstructor([typeof(string)])!, [version]));
        Assert.That((RunEnvironments.CommitOf(assembly), RunEnvironments.Version(assembly)), Is.EqualTo((commit, number)));
    }

    [Test]
    public void Commit_IsTheOneOfTheBuild_InRecordsAndInDoctor()
    {
        var built = RunEnvironments.CommitOf(typeof(RunEnvironments).Assembly);
        if (built is not null) Assert.That(RunEnvironments.Commit(), Is.EqualTo(built).And.Match("^[0-9a-f]{40}(-dirty)?$"));
        Assert.That(RunEnvironments.Current().Commit, Is.EqualTo(RunEnvironments.Commit()));
        var (exit, output, errors) = Command.Run("doctor");
        Assert.That(exit, Is.Zero, errors);
        Assert.That(output, Does.Contain($"commit {RunEnvironments.Commit()}"));
    }
}

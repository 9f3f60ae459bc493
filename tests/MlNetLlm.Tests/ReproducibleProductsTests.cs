using MlNetLlm.Tests.Contracts;

namespace MlNetLlm.Tests;

/// <summary>What a process that loads the library asks of MKL, in .NET's environment and in the one that native code reads.</summary>
public sealed class ReproducibleProductsTests
{
    [Test]
    public void Load_AsksForTheSameBits()
        => Assert.That(ChildProcess.RunWith([("MKL_CBWR", null)], "products"), Is.EqualTo(new[] { "AUTO,STRICT", "AUTO,STRICT" }));

    [TestCase("OFF")]
    [TestCase("COMPATIBLE")]
    public void Load_KeepsAValueThatWasSetBefore(string value)
        => Assert.That(ChildProcess.RunWith([("MKL_CBWR", value)], "products"), Is.EqualTo(new[] { value, value }));
}

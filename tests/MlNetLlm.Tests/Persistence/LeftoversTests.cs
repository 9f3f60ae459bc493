using MlNetLlm.Persistence;

namespace MlNetLlm.Tests.Persistence;

public sealed class LeftoversTests
{
    [Test]
    public void Try_LetsGoOfWhatADiskRefuses_AndOfNothingElse()
    {
        Assert.That(() => Leftovers.Try(() => throw new IOException("full")), Throws.Nothing);
        Assert.That(() => Leftovers.Try(() => throw new UnauthorizedAccessException("no")), Throws.Nothing);
        Assert.That(() => Leftovers.Try(() => throw new InvalidOperationException("a fault of ours")), Throws.InvalidOperationException);
    }
}

using MlNetLlm.Data;
using MlNetLlm.LanguageModels;
using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.Tests.LanguageModels;

public sealed class DeviceIdentityTests
{
    [TestCase(0, 0, true)]
    [TestCase(-1, 0, true)]
    [TestCase(1, 1, true)]
    [TestCase(0, 1, false)]
    [TestCase(-1, 1, false)]
    public void Equals_OfTwoGpus_ComparesTheirNumbers(int one, int other, bool same) => Assert.That(
        new DeviceIdentity(new Device(DeviceType.CUDA, one)) == new DeviceIdentity(new Device(DeviceType.CUDA, other)), Is.EqualTo(same));

    [Test]
    public void To_WhereABatchIsAlready_GivesItBack()
    {
        using var batch = TokenBatch.Of([1, 2], [2, 3], 1);
        Assert.That(batch.To(device("cpu")), Is.SameAs(batch));
    }
}

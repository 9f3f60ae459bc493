using MlNetLlm.Mapping;

namespace MlNetLlm.Tests.Mapping;

public sealed class PayloadColumnsTests
{
    [Test]
    public void Unpack_OfPacked_GivesTheBytes([Values(0, 1, 2, 255, 65535, 65536, 200_001)] int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.That(PayloadColumns.Unpack(PayloadColumns.Pack(bytes)), Is.EqualTo(bytes));
    }

    [Test]
    public void Unpack_OfACutPayload_IsRefused([Values(0, 1, 2, 40)] int kept) =>
        Assert.Throws<InvalidDataException>(() => PayloadColumns.Unpack(PayloadColumns.Pack(new byte[100]).AsSpan(0, kept)));
}

using TorchSharp;

namespace StandIns.Tests.TorchSharp;

[Platform("Linux")]
public sealed class MemoryTests
{
    private const long Numbers = 16 << 20;      // 64 MiB of float32
    private const int Pages = 64 << 20 >> 12;

    [Test]
    public void Dispose_OfALargeTensorAmongOthers_GivesItsMemoryBack()
    {
        var large = torch.ones(Numbers);
        using var behind = torch.ones(Numbers / 16);
        var before = Resident();
        large.Dispose();
        Assert.That(before - Resident(), Is.GreaterThan(Pages * 3 / 4));
        Assert.That(behind.sum().ToSingle(), Is.EqualTo(Numbers / 16f));
    }

    [Test]
    public void Tensors_OfManySizesMadeAndFreedInAnyOrder_KeepTheirNumbers()
    {
        var random = new Random(7);
        var held = new List<(torch.Tensor Tensor, int Value, long Size)>();
        for (var step = 0; step < 400; step++)
        {
            if (held.Count > 12 || (held.Count > 0 && random.Next(2) == 0))
            {
                var at = random.Next(held.Count);
                Assert.That(held[at].Tensor.eq(held[at].Value).sum().ToInt64(), Is.EqualTo(held[at].Size), $"step {step}");
                held[at].Tensor.Dispose();
                held.RemoveAt(at);
            }
            else
            {
                var size = random.NextInt64(1, random.Next(2) == 0 ? 1 << 10 : 1 << 20);
                held.Add((torch.full(size, step), step, size));
            }
        }
        foreach (var (tensor, value, size) in held)
        {
            Assert.That(tensor.eq(value).sum().ToInt64(), Is.EqualTo(size));
            tensor.Dispose();
        }
    }

    // Resident pages of this process.
    private static long Resident() => long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]);
}

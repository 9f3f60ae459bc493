using System.Collections.Concurrent;
using System.Diagnostics;
using System.Numerics;
using MlNetLlm.Checkpoints;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>
/// Seeded mutations that know the format: whatever comes out, the reader either refuses it with <see cref="InvalidDataException"/> or
/// returns entries that a second, slower check finds to be sound; in little time and memory.
/// </summary>
public sealed class SafetensorsMutationTests
{
    private const int Batch = 20_000;
    private const long MaxAllocatedBytes = 8 << 20;

    [Test]
    [Category("Campaign")]
    public void Read_OfMutations_RefusesOrIsSound() => Mutate(60_000);

    [Test, Category("Nightly")]
    public void Read_OfMillionsOfMutations_RefusesOrIsSound() => Mutate(Nightly.Of(50_000_000));

    [Test, Category("Nightly"), Category("Release")]
    public void Read_OfAHundredMillionMutations_RefusesOrIsSound() => Mutate(Nightly.Of(100_000_000));

    private static void Mutate(int count)
    {
        var (refused, sound) = (0, 0);
        var slow = new ConcurrentBag<(byte[] File, int Number)>();
        Parallel.For(0, (count + Batch - 1) / Batch, batch =>
        {
            var random = new Random(batch);
            for (var i = batch * Batch; i < Math.Min(count, (batch + 1) * Batch); i++)
            {
                var file = SafetensorsMutations.Mutation(random);
                var (isSound, cheap) = Judge(file, i);
                Interlocked.Increment(ref isSound ? ref sound : ref refused);
                if (!cheap) slow.Add((file, i));
            }
        });
        // On a busy machine a thread may have had to wait: what was slow is judged again when no other runs.
        foreach (var (file, number) in slow)
            Assert.That(Enumerable.Range(0, 3).Any(_ => Judge(file, number).Cheap), $"Mutation {number} cost too much: {Convert.ToHexString(file)}");
        TestContext.Out.WriteLine($"{count} mutations: {refused} refused, {sound} sound");
        Assert.That(sound, Is.GreaterThan(count / 50), "the mutations are too wild to test what comes after the first check");
        Assert.That(refused, Is.GreaterThan(count / 4), "the mutations are too tame");
    }

    // Whether the file was read, and whether that took a second and eight mebibytes at most.
    private static (bool Sound, bool Cheap) Judge(byte[] file, int number)
    {
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        try
        {
            var header = SafetensorsHeader.Read(file);
            return Fault(header, file.Length) is { } fault ? throw new InvalidOperationException(fault) : (true, true);
        }
        catch (InvalidDataException)
        {
            return (false,
                GC.GetAllocatedBytesForCurrentThread() - before <= MaxAllocatedBytes + file.Length && watch.Elapsed.TotalSeconds <= 1);
        }
        catch (Exception error)
        {
            throw new AssertionException($"Mutation {number}: {error.GetType().Name}: {error.Message}\n{Convert.ToHexString(file)}");
        }
    }

    /// <summary>The format's promise, checked in another way: every byte of the data belongs to exactly one tensor.</summary>
    private static string? Fault(SafetensorsHeader header, int fileLength)
    {
        var owned = new bool[fileLength - header.DataStart];
        var names = new HashSet<string>();
        foreach (var tensor in header.Tensors)
        {
            if (tensor.Name is "" or "__metadata__" || !names.Add(tensor.Name))
                return $"the name '{tensor.Name}'";
            if (tensor.Shape.Aggregate(BigInteger.One, (product, size) => product * size) != tensor.Count)
                return $"the count of '{tensor.Name}'";
            if (tensor.Count != 0 && tensor.Bytes % tensor.Count != 0)
                return $"the size of '{tensor.Name}'";
            for (var at = tensor.Begin; at < tensor.End; at++)
                if (owned[at])
                    return $"byte {at} belongs to two tensors";
                else
                    owned[at] = true;
        }
        return Array.IndexOf(owned, false) is var hole and >= 0 ? $"byte {hole} belongs to no tensor" : null;
    }
}

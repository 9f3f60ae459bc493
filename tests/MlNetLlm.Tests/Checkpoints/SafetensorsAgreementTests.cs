using System.Collections.Concurrent;
using System.Numerics;
using MlNetLlm.Checkpoints;

namespace MlNetLlm.Tests.Checkpoints;

/// <summary>Two readers judge the same files. They agree, but for the rules written in <see
/// cref="ObviousSafetensors.StricterThan"/>.</summary>
public sealed class SafetensorsAgreementTests
{
    private const int Batch = 10_000;

    [Test]
    [Category("Campaign")]
    public void Read_OfGeneratedFiles_AgreesWithASecondReader() => Compare(40_000);

    [Test, Category("Nightly")]
    public void Read_OfAMillionGeneratedFiles_AgreesWithASecondReader() => Compare(Nightly.Of(1_000_000));

    private static IEnumerable<TestCaseData> Rules()
    {
        yield return Case("unknown member of a tensor",
            SafetensorsFiles.File("{\"w\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1],\"x\":1}}", 1));
        yield return Case("metadata null", SafetensorsFiles.File("{\"__metadata__\":null}", 0));
        yield return Case("metadata key twice", SafetensorsFiles.File("{\"__metadata__\":{\"k\":\"a\",\"k\":\"b\"}}", 0));
        yield return Case("empty name", SafetensorsFiles.Of(1, SafetensorsFiles.Entry("", "[1]", 0, 1)));
        yield return Case("element type not read", SafetensorsFiles.Of(1, SafetensorsFiles.Entry("w", "[1]", 0, 1, "F8_E4M3")));
        yield return Case("more than 8 dimensions", SafetensorsFiles.Of(1, SafetensorsFiles.Entry("w", "[1,1,1,1,1,1,1,1,1]", 0, 1)));
        yield return Case("a number beyond 63 bits", SafetensorsFiles.Of(0, SafetensorsFiles.Entry("w", "[0,9223372036854775808]", 0, 0)));

        static TestCaseData Case(string rule, byte[] file) => new TestCaseData(rule, file).SetArgDisplayNames(rule);
    }

    [Test]
    public void StricterThan_IsTheListOfTheCasesBelow() =>
        Assert.That(Rules().Select(rule => (string)rule.Arguments[0]!), Is.EquivalentTo(ObviousSafetensors.StricterThan));

    [TestCaseSource(nameof(Rules))]
    public void Read_OfAFileThatBreaksAStricterRule_IsRefusedByOursAlone(string rule, byte[] file) =>
        Assert.That(Judge(file), Is.EqualTo(rule));

    private static void Compare(int count)
    {
        var (taken, refused) = (0, 0);
        var stricter = new ConcurrentDictionary<string, int>();
        Parallel.For(0, (count + Batch - 1) / Batch, batch =>
        {
            var random = new Random(1_000_000 + batch);
            for (var i = batch * Batch; i < Math.Min(count, (batch + 1) * Batch); i++)
                switch (Judge(SafetensorsMutations.Mutation(random)))
                {
                    case null: Interlocked.Increment(ref refused); break;
                    case "": Interlocked.Increment(ref taken); break;
                    case var rule: stricter.AddOrUpdate(rule, 1, (_, times) => times + 1); break;
                }
        });
        var rules = stricter.OrderByDescending(rule => rule.Value).Select(rule => $"{rule.Value} for {rule.Key}");
        TestContext.Out.WriteLine($"{count} files: both take {taken}, both refuse {refused}");
        TestContext.Out.WriteLine($"ours alone refuses {string.Join("; ", rules)}");
        Assert.That(taken, Is.GreaterThan(count / 50));
        Assert.That(refused, Is.GreaterThan(count / 10));
        Assert.That(stricter.Keys.SelectMany(rule => rule.Split(", ")), Is.SubsetOf(ObviousSafetensors.StricterThan));
        Assert.That(stricter, Is.Not.Empty);
    }

    /// <summary>null = both refuse, empty = both take it and read the same, otherwise the stricter rules that make the
    /// difference.</summary>
    private static string? Judge(byte[] file)
    {
        var (ours, why) = Ours(file);
        ObviousSafetensors theirs;
        try
        {
            theirs = ObviousSafetensors.Read(file);
        }
        catch (FormatException)
        {
            return ours is null ? null : throw Different("the second reader refuses it", file);
        }
        if (ours is null)
            return theirs.Stricter.Count > 0 ? string.Join(", ", theirs.Stricter) : throw Different($"only ours refuses it: {why}", file);
        if (theirs.Stricter.Count > 0)
            throw Different($"ours takes it in spite of: {string.Join(", ", theirs.Stricter)}", file);
        return SameEntries(ours, theirs) ? "" : throw Different("the entries differ", file);
    }

    private static (SafetensorsHeader? Header, string Why) Ours(byte[] file)
    {
        try
        {
            return (SafetensorsHeader.Read(file), "");
        }
        catch (InvalidDataException error)
        {
            return (null, error.Message);
        }
    }

    private static bool SameEntries(SafetensorsHeader ours, ObviousSafetensors theirs) =>
        ours.Tensors.Select(t => $"{t.Name} {string.Join(",", t.Shape)} {t.Begin} {t.End}").Order(StringComparer.Ordinal).SequenceEqual(
            theirs.Tensors.Select(t => $"{t.Name} {string.Join<BigInteger>(",", t.Shape)} {t.Begin} {t.End}")
                .Order(StringComparer.Ordinal));

    private static AssertionException Different(string how, byte[] file) =>
        new($"The readers differ, {how}\n{System.Text.Encoding.Latin1.GetString(file)}\n{Convert.ToHexString(file)}");
}

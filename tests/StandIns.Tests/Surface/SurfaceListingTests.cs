namespace StandIns.Tests.Surface;

/// <summary>That the comparison itself tells right from wrong.</summary>
public sealed class SurfaceListingTests
{
    private const string Toy = "StandIns.Tests.Surface.SurfaceListingTests.IToy";

    public interface IToy
    {
        int Count { get; }

        (int First, string? Second) Pair(int? limit = null, string text = "a\n", params long[] sizes);
    }

    private static readonly TypeText Text = new(annotated: true);

    private static readonly List<SurfaceMember> Members =
        new SurfacePrinter(Text).Print(typeof(SurfaceListingTests).Assembly).Where(m => m.Declaring == typeof(IToy)).ToList();

    private static string? Find(int member, params string[] lines) => new SurfaceListing(lines, annotated: true).Find(Members[member]);

    [Test]
    public void Print_OfAnInterface_WritesTheListingsFormat() =>
        Assert.That(Members.Select(m => m.Line), Is.EqualTo(new[]
        {
            $"public interface {Toy}",
            $"public int {Toy}.Count {{ get; }}",
            $"public (int First, string? Second) {Toy}.Pair(int? limit = null, string text = \"a\\n\", params long[] sizes)",
        }));

    [TestCase("public int IToy.Count { get; set; }")]
    [TestCase("public long IToy.Count { get; }")]
    [TestCase("protected int IToy.Count { get; }")]
    public void Find_WhereTheListingDiffers_FindsNothing(string line) =>
        Assert.That(Find(1, line.Replace("IToy", Toy)), Is.Null);

    [TestCase("public (int First, string Second) IToy.Pair(int? limit = null, string text = \"a\\n\", params long[] sizes)")]
    [TestCase("public (int, string?) IToy.Pair(int? limit = null, string text = \"a\\n\", params long[] sizes)")]
    [TestCase("public (int First, string? Second) IToy.Pair(int limit, string text = \"a\\n\", params long[] sizes)")]
    public void Find_WhereNullabilityNamesOrDefaultsDiffer_FindsNothing(string line) =>
        Assert.That(Find(2, line.Replace("IToy", Toy)), Is.Null);

    [Test]
    public void Find_WhereTheRealTypeHasMoreBases_FindsTheType()
    {
        Assert.That(Find(0, $"public interface {Toy} : System.IDisposable"), Is.Not.Null);
        Assert.That(Find(0, $"public class {Toy}"), Is.Null);
    }

    [Test]
    public void Missing_WhereTheRealInterfaceAsksForMore_NamesIt()
    {
        string[] lines =
            [$"public interface {Toy} : System.IDisposable", $"public void {Toy}.More()", $"public int {Toy}.Count {{ get; }}"];
        var listing = new SurfaceListing(lines, annotated: true);
        Assert.That(listing.Missing(typeof(IToy), Text.Declared(typeof(IToy)), Members.Select(m => m.Line)),
            Is.EqualTo(new[] { lines[1], "System.IDisposable" }));
    }
}

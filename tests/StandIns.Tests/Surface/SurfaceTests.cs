using System.Reflection;
using System.Text;

namespace StandIns.Tests.Surface;

/// <summary>
/// A stand-in has no public member that the real package lacks. The reference is the full listing where it is at hand
/// (../shared/reference/api), else the approved text beside this file, which holds the listing's lines that the stand-in has.
/// To approve after a change: APPROVE_SURFACE=1 dotnet test tests/StandIns.Tests --filter Surface
/// </summary>
[TestFixtureSource(nameof(StandInsInUse))]
public sealed class SurfaceTests(string assembly, bool annotated, string listings)
{
    private static readonly string? Root = FindRoot();
    private static readonly bool Approving = Environment.GetEnvironmentVariable("APPROVE_SURFACE") == "1";

    private List<SurfaceMember> _members = null!;
    private SurfaceListing _approved = null!;
    private SurfaceListing? _full;

    /// <summary>The stand-ins this build runs on: assembly, whether it is annotated for null, and its listings.</summary>
    private static IEnumerable<TestFixtureData> StandInsInUse()
    {
        (string Assembly, bool Annotated, string Listings)[] all =
        [
            ("TorchSharp", true, "TorchSharp*.txt"), ("Microsoft.ML", false, "Microsoft.ML*.txt"),
            ("Microsoft.ML.AutoML", false, "Microsoft.ML*.txt"), ("Microsoft.ML.Tokenizers", false, "Microsoft.ML.Tokenizers.txt"),
        ];
        return all.Where(one => IsStandIn(one.Assembly)).Select(one => new TestFixtureData(one.Assembly, one.Annotated, one.Listings));
    }

    // The real package of this name has its types in assemblies of other names.
    private static bool IsStandIn(string assembly) =>
        File.Exists(Path.Combine(AppContext.BaseDirectory, $"{assembly}.dll"))
        && Assembly.Load(assembly).GetCustomAttributes<AssemblyMetadataAttribute>().Any(a => a is { Key: "StandIn", Value: "true" });

    [OneTimeSetUp]
    public void ReadListings()
    {
        _members = new SurfacePrinter(new TypeText(annotated)).Print(Assembly.Load(assembly)).ToList();
        var approved = Path.Combine(AppContext.BaseDirectory, "Surface", ApprovedName);
        _approved = new SurfaceListing(File.Exists(approved) ? File.ReadLines(approved).Select(Long) : [], annotated);
        if (Root is null || Path.Combine(Root, "../shared/reference/api") is not { } folder || !Directory.Exists(folder)) return;
        _full = new SurfaceListing(Directory.GetFiles(folder, listings).Order(StringComparer.Ordinal).SelectMany(Read), annotated);
        if (Approving) File.WriteAllText(Path.Combine(Root, "tests/StandIns.Tests/Surface", ApprovedName), Short(Implemented(_full)));
    }

    /// <summary>A listing's lines; of what only the older version of a package spells so, the heads of types alone.</summary>
    private static IEnumerable<string> Read(string file) =>
        File.ReadLines(file).Skip(1).Where(l => !file.EndsWith("-only.txt", StringComparison.Ordinal) || SurfaceListing.IsTypeHead(l));

    [Test]
    public void StandIn_WithAllItsMembers_SaysNoMoreThanTheRealPackage()
    {
        var reference = _full ?? _approved;
        var offending = _members.Where(m => !m.IsOverride && reference.Find(m) is null).ToList();
        var text = new StringBuilder();
        foreach (var member in offending)
            text.AppendLine().AppendLine($"not in {assembly}: {member.Line}").AppendLine($"        nearest: {reference.Nearest(member)}");
        Assert.That(offending, Is.Empty, text.ToString());
    }

    [Test]
    public void StandIn_WhereOthersImplementIt_AsksForAllThatTheRealPackageAsksFor()
    {
        if (_full is null) Assert.Ignore("The full listing (../shared/reference/api) is not here.");
        var text = new TypeText(annotated);
        var missing =
            from type in _members.Where(m => m.IsType).Select(m => m.Declaring)
            where type.IsInterface || type is { IsAbstract: true, IsSealed: false }
            let own = _members.Where(m => m.Declaring == type && !m.IsType).Select(m => m.Line)
            from line in _full!.Missing(type, text.Declared(type), own)
            select $"{type}: {line}";
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Approval_AgainstTheFullListing_IsUpToDate()
    {
        if (_full is null) Assert.Ignore("The full listing (../shared/reference/api) is not here.");
        if (Approving) Assert.Pass("Approved.");
        var wanted = Implemented(_full!).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(_approved.Lines.Order(StringComparer.Ordinal), Is.EqualTo(wanted),
            "Approve the change: APPROVE_SURFACE=1 dotnet test tests/StandIns.Tests --filter Surface");
    }

    private string ApprovedName => $"{assembly}.approved.txt";

    private string Implemented(SurfaceListing full)
    {
        var lines = _members.Select(full.Find).OfType<string>().Distinct().Order(StringComparer.Ordinal);
        return string.Join('\n', lines) + "\n";
    }

    /// <summary>Abbreviates the names that fill most of a listing.</summary>
    private static string Short(string text) => Abbreviations.Aggregate(text, (t, a) => t.Replace(a.Long, a.Short));

    private static string Long(string line) => Abbreviations.Reverse().Aggregate(line, (t, a) => t.Replace(a.Short, a.Long));

    private static readonly (string Long, string Short)[] Abbreviations =
    [
        ("TorchSharp.torch.", "@t."), ("TorchSharp.Modules.", "@m."), ("Microsoft.ML.", "@ml."), ("System.Collections.Generic.", "@g."),
        ("@t.ScalarType? dtype = null, @t.Device? device = null, bool requires_grad = false", "@new"),
        ("public static @t.Tensor @t.", "@f "),
        ("public @t.Tensor @t.Tensor.", "@i "), (", string[]? names = null", ", @names"),
    ];

    private static string? FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "MlNetLlm.sln"))) return folder.FullName;
        return null;
    }
}

using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML;

namespace MlNetLlm.Tests;

/// <summary>That the documentation of the catalogues says of every step what it reads, what it adds, and how it is used.</summary>
public sealed class CatalogDocumentationTests
{
    private static readonly Type[] _catalogs =
        [typeof(LanguageModelCatalog), typeof(ProbeCatalog), typeof(CommunityCatalog), typeof(ConceptCatalog)];

    private static readonly Dictionary<string, XElement> _members = XDocument
        .Load(Path.ChangeExtension(typeof(LanguageModelCatalog).Assembly.Location, ".xml")).Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value);

    private static IEnumerable<TestCaseData> Steps() =>
        from catalog in _catalogs
        from method in catalog.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        where method.ReturnType.GetInterfaces().Any(type =>
            type == typeof(ITransformer) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IEstimator<>)))
        select new TestCaseData(method).SetArgDisplayNames($"{catalog.Name}.{method.Name}({method.GetParameters().Length})");

    [TestCaseSource(nameof(Steps))]
    public void Step_SaysWhatItReadsAndAdds_AndHasAnExampleOrPointsToOne(MethodInfo method)
    {
        var found = _members.Where(member => IsOf(member.Key, method)).Select(member => member.Value).ToList();
        Assert.That(found, Is.Not.Empty);
        foreach (var member in found)
        {
            var remarks = Words(member.Element("remarks"));
            Assert.That(Words(member.Element("summary")), Has.Length.GreaterThan(20));
            Assert.That(remarks, Does.Match(@"[Rr]eads ").And.Match(@"([Aa]dds|Gives) "), $"{method}");
            var pointer = member.Element("remarks")!.Descendants("see").Any() || remarks.Contains("for an example", StringComparison.Ordinal);
            Assert.That(member.Element("example") is not null || pointer, $"{method} has no example and points to none");
        }
    }

    [Test]
    public void Steps_AreMany() => Assert.That(Steps().Count(), Is.GreaterThan(25), "the table above finds them");

    private static bool IsOf(string name, MethodInfo method) =>
        name.StartsWith($"M:{method.DeclaringType!.FullName}.{method.Name}(", StringComparison.Ordinal)
        && name.Count(letter => letter == ',') >= method.GetParameters().Length - 1;

    private static string Words(XElement? element) => Regex.Replace(element?.Value ?? "", @"\s+", " ").Trim();
}

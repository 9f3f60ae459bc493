using System.Xml.Linq;
using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Tests.Pipelines.Experiments;

/// <summary>The chart is well-formed SVG that shows every line, panel and stretch.</summary>
public sealed class LineChartTests
{
    [TestCase(false)]
    [TestCase(true)]
    public void ToSvg_OfTwoPanels_ShowsEverything(bool logarithmic)
    {
        var chart = new LineChart("Toy & test", "updates",
        [
            new("accuracy (%)", [new("ours", [(1, 10), (10, 60), (100, 90)]), new("chance", [(1, 25), (100, 25)], Dashed: true)]),
            new("loss (nats)", [new("loss", [(1, 5), (100, 2)])]),
        ])
        { LogarithmicX = logarithmic, Stretches = [new("warm-up", 1, 10)] };
        var svg = XDocument.Parse(chart.ToSvg());
        var texts = svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value.Trim()).ToList();
        Assert.That(texts, Is.SupersetOf(new[] { "Toy & test", "updates", "accuracy (%)", "loss (nats)", "ours", "chance", "loss", "warm-up" }));
        Assert.That(svg.Descendants().Count(e => e.Name.LocalName is "polyline" or "path"), Is.GreaterThanOrEqualTo(3));
    }

    [Test]
    public void ToSvg_WithoutPointsOrWithInfinity_Throws()
    {
        Assert.That(() => new LineChart("empty", "x", [new("y", [])]).ToSvg(), Throws.ArgumentException.With.Message.Contains("'empty'"));
        Assert.That(() => new LineChart("bad", "x", [new("y", [new("a", [(0, double.NaN)])])]).ToSvg(),
            Throws.ArgumentException.With.Message.Contains("'bad'"));
    }
}

using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>What a page carries inside: the style, the script, and ECharts, taken in when the command was built.</summary>
/// <remarks>
/// ECharts (Apache-2.0) rather than Vega-Lite, Observable Plot or uPlot: of the four it alone has parallel coordinates, networks and
/// heat maps, describes charts to screen readers, and evaluates no text as code, so that a page can forbid it.
/// </remarks>
internal static class Assets
{
    public static string Style { get; } = Read("report.css")!;

    public static string Script { get; } = Read("report.js")!;

    /// <summary>What keeps the page of something at work up to date.</summary>
    public static string Live { get; } = Read("live.js")!;

    /// <summary>ECharts, or null in a build on a machine without npm: pages then have their tables alone.</summary>
    public static string? Charts { get; } = Read("echarts.min.js");

    /// <summary>What a page's policy calls the two scripts of its charts: their SHA-256.</summary>
    public static string ScriptSources { get; } = string.Join(' ', new[] { Charts, Script }.OfType<string>().Select(Source));

    /// <summary>What a page's policy calls the script of a page at work.</summary>
    public static string LiveSource { get; } = Source(Live);

    private static string Source(string script) =>
        $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    private static string? Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"reports/{name}");
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

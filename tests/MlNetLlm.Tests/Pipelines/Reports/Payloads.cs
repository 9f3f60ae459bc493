namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>Texts that would do something where they are not treated as text.</summary>
internal static class Payloads
{
    private static readonly string[] _cores =
    [
        "<script>document.title='hit'</script>", "<img src=x onerror=document.title='hit'>", "<svg onload=document.title='hit'>",
        "\"><script>document.title='hit'</script>", "'><img src=x onerror=document.title='hit'>",
        "</script><script>document.title='hit'</script>",
        "</style><script>document.title='hit'</script>", "</title><script>document.title='hit'</script>",
        "<!--<script>", "]]><script>1</script>",
        "javascript:document.title='hit'", "<a href=javascript:document.title='hit'>x</a>", "<iframe src=data:text/html,hit></iframe>",
        "<object data=x></object>", "<link rel=stylesheet href=http://127.0.0.1:1/x>",
        "<meta http-equiv=refresh content=0;url=http://127.0.0.1:1/>",
        "<base href=http://127.0.0.1:1/>", "<form action=http://127.0.0.1:1/><input name=x></form>",
        "<style>*{background:url(http://127.0.0.1:1/)}</style>",
        "{{constructor.constructor('document.title=1')()}}", "${document.title='hit'}", "`;document.title='hit'//", "\\u003cscript\\u003e",
        "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "\u001b[2J\u001b[H", "\u009b31m", "\r\nSet-Cookie: a=b",
        "\u202Etxt.exe", "\u2028\u2029",
        "[red]markup[/]", "[link=http://127.0.0.1:1/]x[/]", "=1+1", "+cmd", "@SUM(1)", "-2+3", "\t=1", "'; DROP TABLE runs; --",
        "%s%n", "\0after",
    ];

    private static readonly Func<string, string>[] _wraps =
    [
        core => core, core => $"a{core}b", core => core.ToUpperInvariant(), core => $"\"{core}\"", core => $"\t{core}\u0000",
    ];

    /// <summary>The first so many of 200.</summary>
    public static IEnumerable<string> Take(int count) => _wraps.SelectMany(wrap => _cores.Select(wrap)).Take(count);
}

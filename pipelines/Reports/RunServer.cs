using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Reports;

/// <summary>
/// The run store as pages on this machine: read-only, on the loopback address alone. A run is looked up among the store's ids, never by a
/// path; whatever is not a plain GET or HEAD of this machine's own page is refused.
/// </summary>
internal static class RunServer
{
    private const int RefreshSeconds = 5;
    private static readonly string[] _hosts = ["127.0.0.1", "localhost", "[::1]"];

    /// <summary>Makes the server; the caller starts and stops it.</summary>
    /// <param name="store">The runs.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    public static WebApplication Create(RunStore store, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 0;
            kestrel.Listen(IPAddress.Loopback, port);
        });
        var app = builder.Build();
        app.Run(context => AnswerAsync(context, store));
        return app;
    }

    private static async Task AnswerAsync(HttpContext context, RunStore store)
    {
        var (request, response) = (context.Request, context.Response);
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        // The page's own policy says which of its scripts may run; this one is for every answer and for frames.
        headers.ContentSecurityPolicy = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'";

        var (status, page) = Answer(request, store);
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        var bytes = Encoding.UTF8.GetBytes(page);
        response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(request.Method)) await response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static (int Status, string Page) Answer(HttpRequest request, RunStore store)
    {
        var (host, port) = (request.Host, request.HttpContext.Connection.LocalPort);
        if (!_hosts.Contains(host.Host, StringComparer.OrdinalIgnoreCase) || host.Port != port)
            return Plain(400, "This server answers to 127.0.0.1 and localhost alone.");
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method)) return Plain(405, "Pages can only be read.");
        if (request.Headers.Origin.Count > 0) return Plain(403, "Pages of other origins have no access.");
        return request.Path.Value switch
        {
            "/" => (200, Runs(store)),
            { } path when path.StartsWith("/runs/", StringComparison.Ordinal) => Run(store, path["/runs/".Length..]),
            _ => Plain(404, "There is no such page."),
        };
    }

    private static (int, string) Run(RunStore store, string id)
    {
        // Only an id that the store itself lists is ever opened.
        try
        {
            if (store.Own(id) is not { } found) return Plain(404, "There is no such run.");
            return (200, found.Result is null ? ReportPage.Live(found, RefreshSeconds) : ReportPage.Of([found]));
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            return Plain(500, $"This run's files cannot be read: {error.Message}");
        }
    }

    private static string Runs(RunStore store)
    {
        var body = new Html().Element("h1", "Runs");
        using var index = RunIndex.Of(store);
        var rows = index.Query(new RunFilter());
        if (rows.Count == 0) return ReportPage.Page("Runs", body.Element("p", "There are no runs yet.").ToString(), []);
        body.Raw("<nav aria-label=\"Runs\"><ul>\n");
        foreach (var row in rows)
            body.Raw($"<li><a href=\"/runs/{Uri.EscapeDataString(row.Id)}\">").Text(row.Id).Raw("</a> ")
                .Text($"{row.Experiment}, preset {row.Preset}, seed {row.Seed}, {row.State}"
                    + (row.Claims == 0 ? "" : $", {row.Reproduced} of {row.Claims} claims reproduced")).Raw("</li>\n");
        body.Raw("</ul></nav>\n");
        // Where every run is finished there is nothing to follow.
        return ReportPage.Page("Runs", body.ToString(), [], rows.Any(row => row.State == RunRow.Unfinished) ? RefreshSeconds : 0);
    }

    private static (int, string) Plain(int status, string text) =>
        (status, ReportPage.Page(text, new Html().Element("h1", text).ToString(), []));
}

using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MlNetLlm.Tests.Pipelines.Reports;

/// <summary>Answers requests for its page by their number, from 0, on a free port of this machine; anything else is not found.</summary>
internal sealed class ScriptedServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<int, string> _page;
    private int _requests;

    public ScriptedServer(Func<int, string> page)
    {
        _page = page;
        _listener.Start();
        _ = ServeAsync();
    }

    public string Address => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/page";

    public int Requests => _requests;

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception stopped) when (stopped is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            await using var stream = client.GetStream();
            using var reader = new StreamReader(stream);
            var first = await reader.ReadLineAsync();
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }
            var isPage = first?.StartsWith("GET /page ", StringComparison.Ordinal) == true;
            var body = Encoding.UTF8.GetBytes(isPage ? _page(Interlocked.Increment(ref _requests) - 1) : "");
            var head = $"HTTP/1.1 {(isPage ? "200 OK" : "204 No Content")}\r\nContent-Type: text/html; charset=utf-8\r\n"
                + (isPage ? $"Content-Length: {body.Length}\r\n" : "") + "Connection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.UTF8.GetBytes(head));
            await stream.WriteAsync(body);
        }
    }
}

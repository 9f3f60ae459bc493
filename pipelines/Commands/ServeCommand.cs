using System.CommandLine;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm serve: the reports of all runs in a browser on this machine.</summary>
internal static class ServeCommand
{
    private const int DefaultPort = 5088;

    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "Port on 127.0.0.1; 0 takes a free one", DefaultValueFactory = _ => DefaultPort,
        };
        var runs = RunsOption.Create();
        var command = new Command("serve", "Show all runs and running sweeps in a browser on this machine, read-only") { port, runs };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(port) is < 0 or > 65535)
                throw new ArgumentException($"--port is {parsed.GetValue(port)}; expected 0 to 65535.");
            await using var server = RunServer.Create(parsed.Store(runs), parsed.GetValue(port));
            await server.StartAsync(cancellation);
            Console.Out.WriteLine($"{server.Urls.Single()} (Ctrl-C stops)");
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException)
            {
                await server.StopAsync(CancellationToken.None);
            }
            return 0;
        });
        return command;
    }
}

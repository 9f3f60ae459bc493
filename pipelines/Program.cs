using System.CommandLine;
using MlNetLlm.Pipelines.Commands;

var root = new RootCommand("mlnetllm: language-model research methods as ML.NET pipelines")
{
    RunCommand.Create(),
    SweepCommand.Create(),
    EvaluateCommand.Create(),
    ListCommand.Create(),
    CompareCommand.Create(),
    ReproduceCommand.Create(),
    ReportCommand.Create(),
    ServeCommand.Create(),
    EjectCommand.Create(),
    DoctorCommand.Create(),
};

try
{
    // On Ctrl-C a run first saves its state; a step of a large model takes its time.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout =
        TimeSpan.FromMinutes(5) };
    return await root.Parse(args).InvokeAsync(configuration);
}
catch (Exception error) when (
    error is ArgumentException or InvalidDataException or InvalidOperationException or IOException or NotSupportedException)
{
    await Console.Error.WriteLineAsync($"mlnetllm: {error.Message}");
    return ExitCodes.Refused;
}

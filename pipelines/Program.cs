using System.CommandLine;
using System.CommandLine.Help;
using MlNetLlm.Pipelines.Commands;

// Not a RootCommand: that one calls itself after its assembly.
var root = new Command("mlnetllm", "Language-model research methods as ML.NET pipelines")
{
    new HelpOption { Recursive = true },
    new VersionOption(),
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
catch (Exception error) when (Failures.Text(error) is { } text)
{
    await Console.Error.WriteLineAsync(text);
    return ExitCodes.Refused;
}

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MlNetLlm.Pipelines.Commands;

// Not a RootCommand: that one calls itself after its assembly.
var root = new Command("mlnetllm", $"Language-model research methods as ML.NET pipelines. {ExitCodes.Sentence}")
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

NumberOptions.ReadIn(root);

try
{
    // On Ctrl-C a run first saves its state; a step of a large model takes its time.
    var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout =
        TimeSpan.FromMinutes(5) };
    var parsed = root.Parse(args switch { [] => ["--help"], ["help", .. var command] => [.. command, "--help"], _ => args });
    if (parsed.Action is not ParseErrorAction mistyped) return await parsed.InvokeAsync(configuration);
    mistyped.ShowHelp = false;
    await parsed.InvokeAsync(configuration);
    var name = parsed.CommandResult.Command is var asked && asked == root ? "" : $" {asked.Name}";
    await Console.Error.WriteLineAsync($"mlnetllm{name} --help says what there is.");
    return ExitCodes.Refused;
}
catch (Exception error) when (Failures.Text(error) is { } text)
{
    await Console.Error.WriteLineAsync(text);
    return ExitCodes.Refused;
}

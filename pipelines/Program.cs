using System.CommandLine;
using MlNetLlm.Pipelines.Commands;

var root = new RootCommand("mlnetllm: language-model research methods as ML.NET pipelines")
{
    RunCommand.Create(),
    EvaluateCommand.Create(),
    ListCommand.Create(),
    DoctorCommand.Create(),
};

try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception error) when (error is ArgumentException or InvalidDataException or InvalidOperationException or IOException or NotSupportedException)
{
    await Console.Error.WriteLineAsync($"mlnetllm: {error.Message}");
    return ExitCodes.Refused;
}

using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>Standard output: colours and the window's width on a terminal, plain text of a fixed width in a file or pipe.</summary>
internal static class Terminal
{
    private const int PlainWidth = 140;

    public static IAnsiConsole Out { get; } = Create();

    private static IAnsiConsole Create()
    {
        if (!Console.IsOutputRedirected) return AnsiConsole.Console;
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors });
        console.Profile.Width = PlainWidth;
        return console;
    }
}

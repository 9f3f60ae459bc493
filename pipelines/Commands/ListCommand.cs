using System.CommandLine;
using MlNetLlm.Pipelines.Experiments;
using Spectre.Console;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm list: the experiments and their presets.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var command = new Command("list", "List the experiments and their presets");
        command.SetAction(_ =>
        {
            var table = new Table().Border(TableBorder.Rounded).AddColumns("experiment", "what it does", "presets");
            foreach (var experiment in ExperimentTable.All)
                table.AddRow(experiment.Name, Markup.Escape(experiment.Title), string.Join(", ", experiment.Presets));
            Terminal.Out.Write(table);
            return 0;
        });
        return command;
    }
}

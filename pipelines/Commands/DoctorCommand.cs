using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.AutoML;
using Microsoft.ML.Tokenizers;
using MlNetLlm.Data;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Reports;
using MlNetLlm.Pipelines.Store;
using Spectre.Console;
using TorchSharp;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm doctor: what is installed, what it runs on, what is missing and the one fix.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what is installed, which device is used, and what is missing");
        command.SetAction(_ => Run());
        return command;
    }

    private static int Run()
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("what", "found", "fix");
        table.AddRow("mlnetllm", $"{RunEnvironments.Version(typeof(DoctorCommand).Assembly)}, commit {RunEnvironments.Commit()}", "");
        table.AddRow("runtime",
            Markup.Escape($".NET {Environment.Version} on {System.Runtime.InteropServices.RuntimeInformation.OSDescription}"), "");
        table.AddRow("Microsoft.ML", Markup.Escape(RunEnvironments.Describe(typeof(MLContext).Assembly)), "");
        table.AddRow("Microsoft.ML.AutoML", Markup.Escape(RunEnvironments.Describe(typeof(ITuner).Assembly)), "");
        table.AddRow("Microsoft.ML.Tokenizers", Markup.Escape(RunEnvironments.Describe(typeof(Tokenizer).Assembly)), "");
        var works = AddTorch(table);
        AddData(table);
        table.AddRow("charts of reports", Assets.Charts is null ? "left out of this build" : "ECharts",
            Assets.Charts is null ? "install npm (apt-get install npm) and build again" : "");
        table.AddRow("runs", Markup.Escape(RunTexts.Plain(Path.Combine(Repository.Artifacts(), "runs"))), "");
        Terminal.Out.Write(table);
        return works ? 0 : ExitCodes.Missing;
    }

    private static bool AddTorch(Table table)
    {
        try
        {
            using var probe = torch.ones(1);
            var devices = torch.cuda.is_available() ? $"{torch.cuda.device_count()} CUDA device(s)" : "cpu";
            table.AddRow("TorchSharp", $"{RunEnvironments.Torch()}, {devices}, {torch.get_num_threads()} threads", "");
            table.AddRow("matrix products", Markup.Escape(MatrixProducts.Describe() ?? "what libtorch was built with"), "");
            return true;
        }
        catch (Exception error) when (
            error is DllNotFoundException or TypeInitializationException or NotSupportedException or InvalidOperationException)
        {
            table.AddRow("TorchSharp", "[red]libtorch does not load[/]", Markup.Escape((error.InnerException ?? error).Message));
            return false;
        }
    }

    private static void AddData(Table table)
    {
        try
        {
            var catalog = DatasetCatalog.Default;
            var missing = catalog.Names.Where(name => !catalog.Has(name)).ToList();
            table.AddRow(
                "data sets", $"{catalog.Names.Count - missing.Count} of {catalog.Names.Count}",
                missing.Count == 0 ? "" : Markup.Escape($"datasets/README.md says where to put: {string.Join(", ", missing)}"));
        }
        catch (FileNotFoundException error)
        {
            table.AddRow("data sets", "no catalogue", Markup.Escape(error.Message));
        }
        catch (InvalidDataException error)
        {
            table.AddRow("data sets", "[red]the catalogue cannot be read[/]", Markup.Escape(error.Message));
        }
    }
}

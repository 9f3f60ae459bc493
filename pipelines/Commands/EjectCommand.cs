using System.CommandLine;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Ejection;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pipelines.Store;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Commands;

/// <summary>mlnetllm eject: a run's pipeline as a C# project of its own.</summary>
internal static class EjectCommand
{
    public static Command Create()
    {
        var run = new Argument<string>("run") { Description = "The run's id or folder" };
        var outFolder = new Option<string>("--out") { Description = "Folder for the project; it must be empty or absent", Required = true };
        var runs = RunsOption.Create();
        const string what = "Write a run's pipeline as C#: a project that trains to the same numbers, and a file that uses the model";
        var command = new Command("eject", what) { run, outFolder, runs };
        command.SetAction(parsed =>
        {
            var stored = parsed.Store(runs).Find(parsed.GetValue(run)!);
            var folder = OutOption.Checked(parsed.GetValue(outFolder)!);
            if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())
                throw new ArgumentException($"'{RunTexts.Plain(folder)}' is not empty. Choose another folder with --out.");
            var result = ReproductionChecks.Before(stored);
            Seals.Warn(stored);
            var experiment = ExperimentTable.Find(result.Experiment);
            if (experiment is not IEjectable ejectable)
                throw new NotSupportedException(
                    $"Experiment '{experiment.Name}' cannot be ejected. Its pipeline: pipelines/{experiment.Folder}.");
            var ejected = ejectable.Eject(result);
            OutOption.Made(folder);
            foreach (var (name, text) in ejected.Files().Append(EjectedProject.File(ejected.Datasets)))
                AtomicFile.WriteAllText(FileSystems.Default, Path.Combine(folder, name), text);
            Console.Out.WriteLine($"Left out: {ejected.LeftOut}.");
            Console.Out.WriteLine($"written to {RunTexts.Plain(folder)}. From any folder, this trains it:");
            Console.Out.WriteLine($"dotnet run -c Release --project {Quoted(RunTexts.Plain(folder))}");
            return 0;
        });
        return command;
    }

    private static string Quoted(string folder) => folder.Any(char.IsWhiteSpace) ? $"\"{folder}\"" : folder;
}

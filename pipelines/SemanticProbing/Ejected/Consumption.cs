// Uses the trained model and its probes: dotnet run -- use 5 lets the model write programs for five new tasks, and shows of the state after
// each operation but a program's last what the probes read and what it is.
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Karel;
using MlNetLlm.Pretraining;
using MlNetLlm.Traces;

internal static class Consumption
{
    public static int Usage()
    {
        Console.Error.WriteLine(
            "dotnet run trains; dotnet run -- use COUNT lets the trained model write programs for so many tasks, and probes it.");
        return 2;
    }

    public static int Read(int count)
    {
        var ml = new MLContext();
        var snapshots = ModelSnapshots.Open(Tasks.Folder(Values.ModelSeeds[0]));
        using var model = snapshots.Load(snapshots.Steps[^1]);
        var stream = Tasks.Stream("use");
        var programs = KarelWriter.Write(
            model, [.. Enumerable.Range(0, count).Select(i => stream.Draw(i))], Tasks.Reading, Values.MaxOperations);
        foreach (var (task, program) in programs.Index()) Console.WriteLine($"task {task}: {string.Join(" ", program)}");

        using var traces = TraceDataset.Create(model, stream, count, Tasks.Traces);
        var (tasks, steps) = (traces.View.GetColumn<long>(TraceColumns.Program), traces.View.GetColumn<int>(TraceColumns.Step));
        var lines = tasks.Zip(steps, (task, step) => $"task {task}, after operation {step}:").ToArray();
        foreach (var label in KarelLabels.All)
        {
            var meaning = Values.Meanings[0];
            var read = ml.Model.Load($"{meaning}-{label}.zip", out _).Transform(traces.View);
            var answers = read.GetColumn<uint>($"{meaning}.{label}").Zip(read.GetColumn<uint>(TraceColumns.Label(label, meaning, 0)));
            foreach (var (i, (answer, truth)) in answers.Index()) lines[i] += $" {label} {answer} (is {truth})";
        }
        foreach (var line in lines) Console.WriteLine(line);
        return 0;
    }
}

using MlNetLlm.Benchmarks;

switch (args)
{
    case ["worker", var name, var folder]:
        Workloads.Run(name, folder);
        return 0;
    case ["compare", var folder, var report, var python, var script, .. var only]:
        Inputs.Write(folder);
        return new Comparison(folder, python, script).Run(report, only);
    case ["rates"]:
        Rates.Run();
        return 0;
    default:
        Console.Error.WriteLine("Usage: compare FOLDER REPORT PYTHON SCRIPT [WORKLOAD...], or rates (see run.sh)");
        return 2;
}

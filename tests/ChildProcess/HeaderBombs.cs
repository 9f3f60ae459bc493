using MlNetLlm.Checkpoints;

/// <summary>
/// Opens files, the first of them to warm up, and prints what each cost: milliseconds of processor (the least of three times, so that a
/// busy machine does not count), bytes, the error.
/// </summary>
internal static class HeaderBombs
{
    public static int Open(string[] files)
    {
        foreach (var file in files.Prepend(files[0]))
        {
            var costs = Enumerable.Range(0, 3).Select(_ => Cost(file)).ToList();
            var (_, bytes, fault) = costs[0];
            Console.WriteLine($"{costs.Min(cost => cost.Milliseconds):F0} {bytes} {fault}");
        }
        return 0;
    }

    private static (double Milliseconds, long Bytes, string Fault) Cost(string file)
    {
        GC.Collect();
        var (bytes, time) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
        var fault = Fault(file);
        time = Environment.CpuUsage.TotalTime - time;
        return (time.TotalMilliseconds, GC.GetAllocatedBytesForCurrentThread() - bytes, fault);
    }

    private static string Fault(string file)
    {
        try
        {
            SafetensorsFile.Open(file).Dispose();
            return "none";
        }
        catch (InvalidDataException error)
        {
            return error.Message;
        }
    }
}

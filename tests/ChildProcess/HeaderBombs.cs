using MlNetLlm.Checkpoints;

/// <summary>Opens files, the first of them to warm up, and prints what each cost: milliseconds of processor, bytes, the error.</summary>
internal static class HeaderBombs
{
    public static int Open(string[] files)
    {
        foreach (var file in files.Prepend(files[0]))
        {
            GC.Collect();
            var (bytes, time) = (GC.GetAllocatedBytesForCurrentThread(), Environment.CpuUsage.TotalTime);
            var fault = Fault(file);
            time = Environment.CpuUsage.TotalTime - time;
            Console.WriteLine($"{time.TotalMilliseconds:F0} {GC.GetAllocatedBytesForCurrentThread() - bytes} {fault}");
        }
        return 0;
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

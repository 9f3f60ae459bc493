using MlNetLlm.Data;

/// <summary>Works in a folder whose datasets/catalog.json is damaged, then without that file.</summary>
internal static class DamagedCatalog
{
    /// <summary>Prints what is said of a name before and after.</summary>
    public static int Resolve(string folder, string name)
    {
        Environment.CurrentDirectory = folder;
        Console.WriteLine(Said(name));
        File.Delete("datasets/catalog.json");
        Console.WriteLine(Said(name));
        return 0;
    }

    private static string Said(string name)
    {
        try
        {
            return DatasetCatalog.Resolve(name);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
    }
}

using MlNetLlm.Adapters;
using MlNetLlm.LanguageModels;
using MlNetLlm.Persistence;
using MlNetLlm.Svf;
using MlNetLlm.Tests.Tokenization;

/// <summary>
/// Loads damaged copies of good folders and prints every assembly that was loaded meanwhile and every file that came, went or changed.
/// A process or a socket cannot be opened from managed code without its assembly, so where that was never loaded, none was.
/// </summary>
internal static class HostileFolders
{
    private static readonly string[] _telling = ["System.Diagnostics.Process", "System.Net.Sockets", "System.Net.Http"];

    public static int Load(string templates, int count)
    {
        const int warmUp = 60;
        var folders = Directory.GetDirectories(templates).Order(StringComparer.Ordinal).ToArray();
        using var model = LanguageModel.Load(Path.Combine(templates, "own"));
        var work = Path.Combine(templates, "..", "work");
        var (refused, loaded) = (0, new List<string>());
        for (var i = 0; i < warmUp + count; i++)
        {
            if (i == warmUp)
                AppDomain.CurrentDomain.AssemblyLoad += (_, load) => loaded.Add(load.LoadedAssembly.GetName().Name!);
            var kind = folders[i % folders.Length];
            Damage(kind, work, new Random(i));
            var before = Listing(work);
            refused += Refuses(Path.GetFileName(kind), work, model) ? 1 : 0;
            if (Listing(work) != before)
                Console.WriteLine($"changed: folder {i}");
        }
        loaded.AddRange(AppDomain.CurrentDomain.GetAssemblies().Select(a => a.GetName().Name!).Where(name => _telling.Contains(name)));
        foreach (var name in loaded)
            Console.WriteLine($"assembly: {name}");
        Console.WriteLine($"refused {refused} of {warmUp + count}");
        return 0;
    }

    /// <summary>Writes the folder anew with one file damaged; a marker is made to fit, as whoever means harm would do.</summary>
    private static void Damage(string template, string folder, Random random)
    {
        var names = Directory.GetFiles(template).Select(path => Path.GetFileName(path)).Where(name => name != AtomicFolder.MarkerName)
            .Order(StringComparer.Ordinal).ToArray();
        var hit = names[random.Next(names.Length)];
        AtomicFolder.Write(FileSystems.Default, folder, temporary =>
        {
            foreach (var name in names)
            {
                var bytes = File.ReadAllBytes(Path.Combine(template, name));
                File.WriteAllBytes(Path.Combine(temporary, name), name != hit ? bytes : Damaged(name, bytes, random));
            }
        });
        if (!File.Exists(Path.Combine(template, AtomicFolder.MarkerName)))
            File.Delete(Path.Combine(folder, AtomicFolder.MarkerName));
    }

    private static byte[] Damaged(string name, byte[] bytes, Random random) => name.EndsWith(".json", StringComparison.Ordinal)
        && random.Next(2) == 0
        ? Mutations.ApplyToJson(bytes, random)
        : Mutations.Apply(bytes, random);

    private static bool Refuses(string kind, string folder, LanguageModel model)
    {
        try
        {
            if (kind == "peft")
                PeftFolder.Load(folder, model).Dispose();
            else if (kind == "library")
                SvfExpertLibrary.Load(folder, model).Dispose();
            else if (kind.StartsWith("adapter", StringComparison.Ordinal))
                AdapterFolder.Load(folder).Dispose();
            else
                LanguageModel.Load(folder).Dispose();
            return false;
        }
        catch (InvalidDataException)
        {
            return true;
        }
        catch (InvalidOperationException) when (kind == "library")   // it names another base model
        {
            return true;
        }
    }

    private static string Listing(string folder) => string.Join('\n', Directory.EnumerateFileSystemEntries(folder, "*",
        SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal).Select(path => $"{path} {File.GetLastWriteTimeUtc(path).Ticks} {new FileInfo(path).Attributes}"));
}

using System.Text.RegularExpressions;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>One file of a benchmark, with what its name says.</summary>
/// <param name="Name">The file's name in the data set.</param>
/// <param name="Split">Its split; null when its rows are of several.</param>
/// <param name="Subject">Its subject; null when the name says none.</param>
/// <param name="Language">Its language; null when the name says none.</param>
internal sealed record BenchmarkFile(string Name, string? Split, string? Subject, string? Language)
{
    /// <summary>The name without endings, to name rows by.</summary>
    public string Stem => Regex.Replace(Name, @"(\.(jsonl|json|tsv|csv|conllu))?(\.gz)?$", "");

    /// <summary>The files of a data set that belong to a benchmark and hold rows that the options ask for.</summary>
    public static IReadOnlyList<BenchmarkFile> Select(Benchmark benchmark, IEnumerable<string> names, BenchmarkOptions options)
    {
        var files = Match(benchmark, names);
        if (files.Count == 0)
            throw new FileNotFoundException($"Benchmark '{benchmark.Name}': no file is named like '{benchmark.Files}'.");
        files = Keep(benchmark, files, file => file.Subject, options.Subject, nameof(options.Subject));
        files = Keep(benchmark, files, file => file.Language, options.Language, nameof(options.Language));
        return KeepSplit(benchmark, files, options.Split);
    }

    private static List<BenchmarkFile> Match(Benchmark benchmark, IEnumerable<string> names)
    {
        var pattern = new Regex($"^{Regex.Replace(Regex.Escape(benchmark.Files), @"\\\{(\w+)}", "(?<$1>.+?)")}(\\.gz)?$");
        var files =
            from name in names.Order(StringComparer.Ordinal)
            let match = pattern.Match(name)
            where match.Success
            let subject = Part(match, "subject")
            where benchmark.Subjects.Count == 0 || benchmark.Subjects.Contains(subject)
            select new BenchmarkFile(name, SplitOf(benchmark, Part(match, "split")), subject, Part(match, "language"));
        return [.. files];
    }

    private static string? Part(Match match, string group) => match.Groups[group] is { Success: true } found ? found.Value : null;

    private static string? SplitOf(Benchmark benchmark, string? word)
    {
        if (word != null)
            return benchmark.Splits.GetValueOrDefault(word, word);
        return benchmark.SplitIds == null ? benchmark.Split : null;
    }

    private static List<BenchmarkFile> Keep(Benchmark benchmark, List<BenchmarkFile> files, Func<BenchmarkFile, string?> part,
        string? wanted, string option)
    {
        if (wanted == null)
            return files;
        var kept = files.Where(file => part(file) == null || part(file) == wanted).ToList();
        return kept.Count > 0 ? kept : throw Unknown(benchmark, option, wanted, files.Select(part));
    }

    private static List<BenchmarkFile> KeepSplit(Benchmark benchmark, List<BenchmarkFile> files, string? wanted)
    {
        var known = benchmark.SplitIds == null ? files.Select(file => file.Split).Distinct().ToList() : [benchmark.Split, "train"];
        if (wanted == null)
            return known.Count == 1 ? files : throw new ArgumentException(
                $"Benchmark '{benchmark.Name}' has several splits: {string.Join(", ", known)}. Set `Split`.");
        if (!known.Contains(wanted))
            throw Unknown(benchmark, nameof(BenchmarkOptions.Split), wanted, known);
        return [.. files.Where(file => file.Split == null || file.Split == wanted)];
    }

    private static ArgumentException Unknown(Benchmark benchmark, string option, string wanted, IEnumerable<string?> known) => new(
        $"Benchmark '{benchmark.Name}' has no {option.ToLowerInvariant()} '{wanted}'. It has: {string.Join(", ", known.Distinct())}.");
}

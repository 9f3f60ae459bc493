using System.Globalization;
using System.Text.RegularExpressions;

namespace MlNetLlm.Data.Benchmarks;

/// <summary>The rows of a benchmark that the options ask for, with what file and row say about each.</summary>
internal sealed class BenchmarkSource(Benchmark benchmark, BenchmarkOptions options, IReadOnlyList<(BenchmarkFile File, string Path)> files)
{
    public static BenchmarkSource Open(Benchmark benchmark, Dataset dataset, BenchmarkOptions? options) =>
        Open(benchmark, dataset.Files, dataset.File, options);

    public static BenchmarkSource Open(Benchmark benchmark, string folder, BenchmarkOptions? options) =>
        Open(benchmark, new DirectoryInfo(folder).EnumerateFiles().Select(file => file.Name), name => Path.Combine(folder, name), options);

    public Benchmark Benchmark => benchmark;

    public BenchmarkOptions Options => options;

    public IReadOnlyList<(BenchmarkFile File, string Path)> Files => files;

    public void CheckShape(BenchmarkShape shape)
    {
        if (benchmark.Shape == shape)
            return;
        var reader = benchmark.Shape switch
        {
            BenchmarkShape.MultipleChoice => nameof(MultipleChoiceReader),
            BenchmarkShape.Generation => nameof(GenerationReader),
            _ => nameof(ConlluReader),
        };
        throw new ArgumentException($"Benchmark '{benchmark.Name}' has the shape {benchmark.Shape}; read it with {reader}.");
    }

    public IEnumerable<SourceRow> Rows()
    {
        var seen = new HashSet<(string Subject, string Language)>();
        var kept = false;
        foreach (var (file, path) in files)
        {
            var number = 0L;
            foreach (var row in BenchmarkRows.Read(path, benchmark.Rows))
            {
                var source = Describe(file, row, ++number);
                seen.Add((source.Subject, source.Language));
                if (!IsWanted(source))
                    continue;
                kept = true;
                yield return source;
            }
        }
        if (!kept)
            throw Empty(seen);
    }

    private static BenchmarkSource Open(
        Benchmark benchmark, IEnumerable<string> names, Func<string, string> path, BenchmarkOptions? options)
    {
        options ??= new BenchmarkOptions();
        var files = BenchmarkFile.Select(benchmark, names, options);
        return new BenchmarkSource(benchmark, options, [.. files.Select(file => (file, path(file.Name)))]);
    }

    private Exception Empty(HashSet<(string Subject, string Language)> seen)
    {
        if (seen.Count == 0)
        {
            var paths = string.Join("', '", files.Select(file => file.Path));
            return new InvalidDataException($"'{paths}' has no rows; expected at least one.");
        }
        var known = string.Join(", ", seen.Order().Select(part => $"{part.Subject} ({part.Language})"));
        return new ArgumentException($"Benchmark '{benchmark.Name}' has no row of split '{options.Split}', subject '{options.Subject}', "
            + $"language '{options.Language}'. Its subjects (languages): {known}.");
    }

    private SourceRow Describe(BenchmarkFile file, BenchmarkRow row, long number) => new(
        row,
        row.OptionalText(benchmark.Fields.Id) ?? $"{file.Stem}:{number.ToString(CultureInfo.InvariantCulture)}",
        row.OptionalText(benchmark.Fields.Subject) ?? file.Subject ?? "",
        row.OptionalText(benchmark.Fields.Language) ?? file.Language ?? benchmark.Language);

    private bool IsWanted(SourceRow row) =>
        (options.Subject == null || row.Subject == options.Subject)
        && (options.Language == null || row.Language == options.Language)
        && (benchmark.SplitIds is not { } range || options.Split == SplitOf(row, range));

    private string SplitOf(SourceRow row, IReadOnlyList<int> range)
    {
        var digits = Regex.Match(row.Id, "[0-9]{1,9}$");
        if (!digits.Success)
            throw row.Row.Place.Fault($"the identifier is '{row.Id}'", "one that ends in a number");
        var number = int.Parse(digits.Value, CultureInfo.InvariantCulture);
        return number >= range[0] && number <= range[1] ? benchmark.Split : "train";
    }
}

/// <summary>A row with its identifier, subject and language.</summary>
internal sealed record SourceRow(BenchmarkRow Row, string Id, string Subject, string Language);

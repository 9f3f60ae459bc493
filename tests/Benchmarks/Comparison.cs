using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace MlNetLlm.Benchmarks;

/// <summary>
/// Runs pairs of workers in turn, so that both meet the same noise, and reports medians of the ratio of their processor times, round by
/// round.
/// </summary>
internal sealed class Comparison(string folder, string python, string script)
{
    private const int WarmUps = 3, LeastRounds = 5, Rounds = 11;
    private static readonly TimeSpan _mostAPair = TimeSpan.FromSeconds(50);

    // Ours, the other if there is one, whether it is PyTorch, tokens (or bytes) a turn, largest relative difference of the values.
    private static readonly (string Ours, string? Other, bool Eager, int Tokens, double Tolerance)[] _pairs =
    [
        ("train", "train", true, 2048, 1e-4),
        ("products", "train", false, 2048, double.PositiveInfinity),
        ("svf-factored", "svf", true, 2048, 1e-4),
        ("svf-factored", "svf-materialised", false, 2048, 1e-4),
        ("lora", "lora", true, 2048, 1e-4),
        ("score", "score", true, 2048, 1e-4),
        ("hidden", "hidden", true, 2048, 1e-4),
        ("probes", "probes", true, 199_680, 1e-3),
        ("probes_mixed", "probes_mixed", true, 20_480, 1e-3),
        ("sparse", "sparse", true, SparseRuns.Rows, 1e-3),
        ("concepts", "concepts", true, 2048, 1e-3),
        ("concepts", "concepts_unfrozen", true, 2048, 1e-3),
        ("concepts", "concepts-plain", false, 2048, double.PositiveInfinity),
        ("masked", "masked", true, 2048, 1e-4),
        ("relearn", "masked", false, 2048, double.PositiveInfinity),
        ("reinforce", "reinforce", true, ReinforceInputs.Prompts * ReinforceInputs.AnswerTokens, 1e-3),
        ("tokenizer", null, false, MaskedWorkloads.TextBytes, double.PositiveInfinity),
        ("importance", "importance", true, ImportanceRuns.Sets * ImportanceRuns.Questions * ImportanceRuns.Time, 1e-3),
        ("experts", "experts-factors", false, ExpertWorkloads.Mixes, 1e-4),
        ("experts", "experts-pass", false, ExpertWorkloads.Mixes, double.PositiveInfinity),
        ("decode", "decode", true, 200, 0),
        ("decode", "decode-libtorch", false, 200, 0),
        ("decode8", "decode8-libtorch", false, 1600, 0),
        ("decode-wide", "decode-wide-libtorch", false, 50, 0),
        ("decode8-wide", "decode8-wide-libtorch", false, 400, 0),
    ];

    // Ours, and the other side in networks.py: community detection, whose value is a modularity and may be higher on our side.
    private static readonly (string Ours, string Other)[] _networks =
    [
        ("louvain-small", "networkx-small"), ("louvain-small", "igraph-small"), ("louvain-large", "networkx-large"),
        ("louvain-large", "igraph-large"),
    ];

    private readonly StringBuilder _table = new();
    private int _failures;

    /// <returns>0, or 1 when two workers did not compute the same.</returns>
    public int Run(string report, string[] only)
    {
        Line("| workload | against | rounds | processor time ratio (other / ours) | ours ms (best) | other ms (best) | ours tokens/s |"
            + " peak MiB ours / other | start-up s ours / other | largest difference |");
        Line("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var pair in _pairs.Where(pair => only.Length == 0 || only.Contains(pair.Ours)))
            if (pair.Ours.StartsWith("decode", StringComparison.Ordinal) && !Inputs.HasStories)
                Console.Error.WriteLine($"{pair.Ours}: left out, the stories260K model is not there.");
            else if (pair.Other is { } other)
                Compare(
                    pair.Ours, $"{(pair.Eager ? "PyTorch eager" : "ours,")} {other}", pair.Eager ? Python(script, other) : Ours(other),
                    pair.Tokens, WarmUps, (a, b) => Math.Abs(a - b), pair.Tolerance);
            else
                Measure(pair.Ours, pair.Tokens);
        foreach (var (ours, other) in _networks.Where(pair => only.Length == 0 || only.Contains(pair.Ours)))
            Compare(
                ours, other, Python(Path.Combine(Path.GetDirectoryName(script)!, "networks.py"), other), 1, 1,
                (a, b) => Math.Max(0, b - a), 1e-3);
        if (only.Length == 0 || only.Contains("louvain-large-consensus"))
            Measure("louvain-large-consensus", 1);
        File.WriteAllText(report, _table.ToString());
        return _failures == 0 ? 0 : 1;
    }

    private void Compare(
        string ours, string against, Worker second, int tokens, int warmUps, Func<double, double, double> apart, double tolerance)
    {
        using var first = Ours(ours);
        using var owned = second;
        var difference = 0.0;
        for (var i = 0; i < warmUps; i++)
            Both();
        var rounds = new List<(Turn Ours, Turn Other)>();
        for (var started = Stopwatch.GetTimestamp();
            rounds.Count < Rounds && (rounds.Count < LeastRounds || Stopwatch.GetElapsedTime(started) < _mostAPair);)
            rounds.Add(Both());
        var failed = !(difference <= tolerance);
        _failures += failed ? 1 : 0;
        Line(string.Create(CultureInfo.InvariantCulture,
            $"| {ours} | {against} | {rounds.Count} | "
            + $"**{Median(rounds.Select(r => r.Other.Processor / r.Ours.Processor)):F2}** | {Times(rounds.Select(r => r.Ours))} | "
            + $"{Times(rounds.Select(r => r.Other))} | {tokens / Median(rounds.Select(r => r.Ours.Processor)) * 1000:F0} | "
            + $"{first.PeakMemory:F0} / {second.PeakMemory:F0} | {first.StartUp.TotalSeconds:F2} / {second.StartUp.TotalSeconds:F2} | "
            + $"{(double.IsInfinity(tolerance) ? "" : $"{difference:E1}{(failed ? " TOO LARGE" : "")}")} |"));

        (Turn, Turn) Both()
        {
            var (a, b) = (first.Take(), second.Take());
            difference = Math.Max(difference, apart(a.Value, b.Value) / Math.Max(1e-9, Math.Abs(b.Value)));
            return (a, b);
        }
    }

    private void Measure(string ours, int tokens)
    {
        using var worker = Ours(ours);
        worker.Take();
        var turns = new List<Turn>();
        for (var started = Stopwatch.GetTimestamp(); turns.Count < Rounds && Stopwatch.GetElapsedTime(started) < _mostAPair;)
            turns.Add(worker.Take());
        Line(string.Create(CultureInfo.InvariantCulture,
            $"| {ours} | none | {turns.Count} | | {Times(turns)} | | {tokens / Median(turns.Select(t => t.Processor)) * 1000:F0} | "
            + $"{worker.PeakMemory:F0} | {worker.StartUp.TotalSeconds:F2} | |"));
    }

    private Worker Python(string file, string name) => new(name, python, file, name, folder);

    private Worker Ours(string name) => new(name, Environment.ProcessPath!, "worker", name, folder);

    private static string Times(IEnumerable<Turn> turns)
    {
        var times = turns.Select(turn => turn.Processor).ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{Median(times):F1} ({times.Min():F1})");
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private void Line(string text)
    {
        Console.WriteLine(text);
        _table.Append(text).Append('\n');
    }
}

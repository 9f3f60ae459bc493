using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using MlNetLlm.Persistence;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.Store;

/// <summary>
/// A SQLite file over a run store, for questions. It is never the only copy: whenever the folders changed it is built anew beside the old
/// one and renamed over it, so writers and readers share no lock. Where it cannot be written it is built in memory.
/// </summary>
internal sealed class RunIndex : IDisposable
{
    private const string FileName = "index.db";

    // What a metric m may be called.
    private static readonly string[] _metricNames =
        ["m.name", "m.arm || '/' || m.name", "m.name || '@' || m.split", "m.arm || '/' || m.name || '@' || m.split"];

    private readonly SqliteConnection _connection;

    private RunIndex(SqliteConnection connection) => _connection = connection;

    /// <summary>The index of a store, built anew when it is missing, damaged or older than the folders.</summary>
    public static RunIndex Of(RunStore store)
    {
        var path = Path.Combine(store.Folder, FileName);
        var stamp = Stamp(store.Folder);
        try
        {
            if (StampOf(path) != stamp) Rebuild(store, path, stamp);
            return new RunIndex(Open(path, SqliteOpenMode.ReadOnly));
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            var memory = Open(":memory:", SqliteOpenMode.Memory);
            Fill(memory, store, stamp);
            return new RunIndex(memory);
        }
    }

    /// <summary>Lets go of the file.</summary>
    public void Dispose() => _connection.Dispose();

    /// <summary>The experiments that there are runs of.</summary>
    public IReadOnlyList<string> Experiments() => Texts("SELECT DISTINCT experiment FROM runs");

    /// <summary>The presets that there are runs of.</summary>
    public IReadOnlyList<string> Presets() => Texts("SELECT DISTINCT preset FROM runs");

    /// <summary>What metrics are called: each name alone, with an arm before it, a split after it, and both; names alone first.</summary>
    public IReadOnlyList<string> Metrics() =>
        [.. _metricNames.SelectMany(name => Texts($"SELECT DISTINCT {name} FROM metrics m WHERE {name} IS NOT NULL ORDER BY 1"))];

    /// <summary>The runs that meet a filter, newest first.</summary>
    public IReadOnlyList<RunRow> Query(RunFilter filter)
    {
        using var command = _connection.CreateCommand();
        var where = new List<string>();
        void Ask(string condition, string name, object? value)
        {
            if (value is null) return;
            where.Add(condition);
            command.Parameters.AddWithValue(name, value);
        }
        Ask("experiment = $experiment", "$experiment", filter.Experiment);
        Ask("preset = $preset", "$preset", filter.Preset);
        Ask("seed = $seed", "$seed", filter.Seed);
        Ask("EXISTS (SELECT 1 FROM claims c WHERE c.run = runs.id AND c.verdict = $verdict)", "$verdict", filter.Verdict);
        if (filter.Metric is { } metric)
        {
            // The operator is one of five that MetricCondition reads; all else is a parameter.
            where.Add($"EXISTS (SELECT 1 FROM metrics m WHERE m.run = runs.id AND $metric IN ({string.Join(", ", _metricNames)}) "
                + $"AND m.value {metric.Operator} $value)");
            command.Parameters.AddWithValue("$metric", metric.Metric);
            command.Parameters.AddWithValue("$value", metric.Value);
        }
        command.CommandText = "SELECT id, experiment, preset, seed, state, started, seconds, "
            + "(SELECT COUNT(*) FROM claims c WHERE c.run = runs.id), "
            + "(SELECT COUNT(*) FROM claims c WHERE c.run = runs.id AND c.verdict = 'reproduced') FROM runs"
            + (where.Count == 0 ? "" : $" WHERE {string.Join(" AND ", where)}") + " ORDER BY started DESC, id";
        using var reader = command.ExecuteReader();
        var rows = new List<RunRow>();
        while (reader.Read())
            rows.Add(new RunRow(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt64(3), reader.GetString(4),
                reader.IsDBNull(5) ? null : reader.GetString(5), reader.IsDBNull(6) ? null : reader.GetDouble(6),
                reader.GetInt64(7), reader.GetInt64(8)));
        return rows;
    }

    private List<string> Texts(string query)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var texts = new List<string>();
        while (reader.Read()) texts.Add(reader.GetString(0));
        return texts;
    }

    private static void Rebuild(RunStore store, string path, string stamp)
    {
        var temporary = $"{path}.{Environment.ProcessId}-{Guid.NewGuid():N}.tmp";
        try
        {
            using (var connection = Open(temporary, SqliteOpenMode.ReadWriteCreate)) Fill(connection, store, stamp);
            FileSystems.Default.Move(temporary, path);
        }
        finally
        {
            FileSystems.Default.Delete(temporary);
        }
    }

    private static void Fill(SqliteConnection connection, RunStore store, string stamp)
    {
        Execute(connection, """
            PRAGMA journal_mode = OFF;
            CREATE TABLE stamp (value TEXT NOT NULL);
            CREATE TABLE runs (id TEXT PRIMARY KEY, experiment TEXT, preset TEXT, seed INTEGER, state TEXT, started TEXT, seconds REAL);
            CREATE TABLE metrics (run TEXT, arm TEXT, name TEXT, split TEXT, value REAL, error REAL, n INTEGER);
            CREATE TABLE claims (run TEXT, id TEXT, verdict TEXT, estimate REAL);
            CREATE INDEX metric_names ON metrics (run, name);
            CREATE INDEX claim_runs ON claims (run);
            """);
        using var transaction = connection.BeginTransaction();
        Execute(connection, "INSERT INTO stamp VALUES ($0)", stamp);
        foreach (var run in store.All()) Add(connection, run);
        transaction.Commit();
    }

    private static void Add(SqliteConnection connection, StoredRun run)
    {
        var (manifest, result, state) = Read(run);
        Execute(connection, "INSERT INTO runs VALUES ($0, $1, $2, $3, $4, $5, $6)", run.Id,
            result?.Experiment ?? manifest?.Experiment ?? "?", result?.Preset ?? manifest?.Preset ?? "?",
            result?.Seed ?? manifest?.Seed ?? 0, state, manifest?.StartedUtc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"), result?.Seconds);
        foreach (var m in result?.Metrics ?? [])
            Execute(connection, "INSERT INTO metrics VALUES ($0, $1, $2, $3, $4, $5, $6)",
                run.Id, m.Arm, m.Name, m.Split, m.Value, m.StandardError, m.N);
        foreach (var c in result?.Claims ?? [])
            Execute(connection, "INSERT INTO claims VALUES ($0, $1, $2, $3)",
                run.Id, c.Id, RunTexts.Verdict(c.Verdict), c.Estimate);
    }

    private static (RunManifest?, RunResult?, string) Read(StoredRun run)
    {
        RunManifest? manifest = null;
        try
        {
            manifest = run.Manifest;
            return (manifest, run.Result, run.Result is null ? RunRow.Unfinished : Seals.State(run));
        }
        catch (InvalidDataException error)
        {
            return (manifest, null, $"damaged: {error.Message}");   // one damaged run must not hide the others
        }
    }

    // What the index depends on: which runs there are, and when their files were last renamed into place.
    private static string Stamp(string folder)
    {
        var text = new StringBuilder("2\n");
        foreach (var run in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            foreach (var name in new[] { StoredRun.ManifestFile, StoredRun.ResultFile, RunSeal.FileName })
                if (new FileInfo(Path.Combine(run, name)) is { Exists: true } file)
                    text.Append(Path.GetFileName(run)).Append('/').Append(name).Append(' ').Append(file.Length).Append(' ')
                        .Append(file.LastWriteTimeUtc.Ticks).Append('\n');
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private static string? StampOf(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            using var connection = Open(path, SqliteOpenMode.ReadOnly);
            using var command = connection.CreateCommand();
            command.CommandText = "SELECT value FROM stamp";
            return command.ExecuteScalar() as string;
        }
        catch (SqliteException)
        {
            return null;   // damaged: it is only an index
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        var settings = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false };
        var connection = new SqliteConnection(settings.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string text, params IReadOnlyList<object?> values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = text;
        for (var i = 0; i < values.Count; i++) command.Parameters.AddWithValue($"${i}", values[i] ?? DBNull.Value);
        command.ExecuteNonQuery();
    }
}

using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;
using MlNetLlm.Data;
using MlNetLlm.Karel;
using MlNetLlm.Persistence;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Pretraining;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>Trains the language models, one a seed, and keeps snapshots along the way.</summary>
internal sealed class ModelStage(ProbingOptions options, RunRequest request, RunContext context)
{
    /// <summary>How the training of a seed went.</summary>
    /// <param name="Steps">Steps taken.</param>
    /// <param name="Loss">Loss of the last step, nats a program token.</param>
    /// <param name="Seconds">Wall-clock seconds.</param>
    /// <param name="SamplesPerSecond">Programs a second, over the steps of this process.</param>
    public sealed record Training(int Steps, double Loss, double Seconds, double SamplesPerSecond);

    /// <summary>Forgets models and checkpoints of an earlier run, unless this one goes on with it.</summary>
    public void Begin()
    {
        if (request.Resume) return;
        FileSystems.Default.Delete(Folder("models"));
        FileSystems.Default.Delete(Folder("checkpoints"));
    }

    /// <summary>Trains a seed's model from random weights.</summary>
    public Training Train(int seed)
    {
        context.Display.Stage($"language model, seed {seed}");
        var training = Options(options, seed, SnapshotFolder(seed)) with
        {
            CheckpointFolder = Path.Combine(Folder("checkpoints"), $"seed-{seed}"), Resume = request.Resume,
        };
        var tokenizer = options.Reading.Tokenizer();
        var fitted = new MLContext(seed).LanguageModels()
            .Pretrain(
                options.Config, tokenizer, tokenizer.Special, training, progress: context.Display, cancellationToken: context.Cancellation)
            .Fit(Programs(seed));
        using var model = fitted.Model;
        var (steps, seconds) = (fitted.Training.Steps, fitted.Training.Elapsed.TotalSeconds);
        return new(steps, fitted.Training.Loss, Math.Round(seconds, 1), Math.Round(steps * (double)training.BatchSize / seconds, 1));
    }

    /// <summary>The library's options for the training of a seed.</summary>
    public static PretrainOptions Options(ProbingOptions options, int seed, string snapshots) => options.Training with
    {
        Seed = seed,
        TokenColumns = new TokenColumns
        {
            Features = options.Reading.GridFeatures is null ? null : "GridFeatures", FeatureOffsets = "GridOffsets",
        },
        SequenceLength = options.Config.ContextLength,
        Snapshots = new SnapshotOptions { Folder = snapshots, Steps = options.SnapshotSteps, MaxMiB = options.MaxSnapshotMiB },
    };

    /// <summary>The snapshots of a seed.</summary>
    public ModelSnapshots Snapshots(int seed) => ModelSnapshots.Open(SnapshotFolder(seed));

    /// <summary>The training rows of a seed, with the hash of their tokens and world features.</summary>
    public RunData Data(int seed)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var programs = Programs(seed);
        DataViewSchema.Column[] columns = [programs.Schema["Tokens"], programs.Schema["GridFeatures"]];
        using var cursor = programs.GetRowCursor(columns);
        var getters = columns.Select(column => cursor.GetGetter<VBuffer<int>>(column)).ToArray();
        var values = default(VBuffer<int>);
        while (cursor.MoveNext())
            foreach (var getter in getters)
            {
                getter(ref values);
                hash.AppendData(MemoryMarshal.AsBytes(values.GetValues()));
            }
        return new($"Karel programs, seed {seed}", Convert.ToHexStringLower(hash.GetHashAndReset()), options.TrainPrograms, "generated");
    }

    // Nothing but prompts and programs: neither intermediate states nor held-out worlds.
    private IDataView Programs(int seed) => new KarelDataView(
        new KarelGenerator(options.Karel with { Seed = seed, HeldOutExamples = 0 }, "train"), options.TrainPrograms,
        options.Reading.Encoding, options.Reading.GridFeatures);

    private string SnapshotFolder(int seed) => Path.Combine(Folder("models"), $"seed-{seed}");

    private string Folder(string name) => Path.Combine(request.Out, name);
}

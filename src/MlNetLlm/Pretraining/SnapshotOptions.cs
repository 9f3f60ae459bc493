namespace MlNetLlm.Pretraining;

/// <summary>
/// Which models along a training run to keep, and where. The steps are the union of what is asked for, the last step always among them.
/// </summary>
public sealed record SnapshotOptions : ICheckedOptions
{
    /// <summary>The folder that gets one model folder a step: step-000200 and so on.</summary>
    public required string Folder { get; init; }

    /// <summary>Keeps a model after every this many steps; 0 = none for this reason.</summary>
    /// <value>0.</value>
    public int Every { get; init; }

    /// <summary>Keeps this many models at steps that grow by a constant factor from 1 to the last; 0 = none for this reason.</summary>
    /// <value>0.</value>
    public int Geometric { get; init; }

    /// <summary>Steps to keep; those behind the last step of the run are ignored.</summary>
    /// <value>None.</value>
    public IReadOnlyList<int> Steps { get; init; } = [];

    /// <summary>Whether to keep the untrained model, as step 0.</summary>
    /// <value>true: every later measurement has its baseline.</value>
    public bool Untrained { get; init; } = true;

    /// <summary>The most disk space that all models together may take, in MiB; a plan that needs more is refused before training.</summary>
    /// <value>1024.</value>
    public int MaxMiB { get; init; } = 1024;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrEmpty(Folder)) yield return "Snapshots.Folder is empty; expected a folder.";
        if (Every < 0) yield return $"Snapshots.Every is {Every}; expected 0 or more.";
        if (Geometric is < 0 or 1) yield return $"Snapshots.Geometric is {Geometric}; expected 0, or 2 and more.";
        if (Steps.Any(step => step < 1)) yield return $"Snapshots.Steps are {string.Join(", ", Steps)}; expected 1 or more each.";
        if (MaxMiB < 1) yield return $"Snapshots.MaxMiB is {MaxMiB}; expected 1 or more.";
    }

    /// <summary>The steps of a run after which a model is kept.</summary>
    /// <param name="last">Steps of the run.</param>
    /// <returns>Ascending; 0 is the untrained model.</returns>
    public IReadOnlyList<int> Plan(int last)
    {
        var steps = new SortedSet<int>(Steps.Where(step => step <= last)) { last };
        if (Untrained) steps.Add(0);
        for (var step = Every; Every > 0 && step <= last; step += Every) steps.Add(step);
        for (var i = 0; i < Geometric && last > 0; i++)     // last^(i / (n - 1)): equal ratios, rounded
            steps.Add((int)Math.Round(Math.Pow(last, i / (Geometric - 1.0))));
        return [.. steps];
    }
}

namespace MlNetLlm.Pipelines.SvfSelfAdaptation.Tasks;

/// <summary>What the base model sees in its first training, by shares of rows.</summary>
public sealed record MixtureOptions
{
    /// <summary>Distinct rows; training goes over them again where it sees more.</summary>
    /// <value>200,000.</value>
    public int Rows { get; init; } = 200_000;

    /// <summary>Share of English text; 0 to 1.</summary>
    /// <value>0.3.</value>
    public double English { get; init; } = 0.3;

    /// <summary>Share of task answers that are terse, not worked; 0 to 1.</summary>
    /// <value>0.2.</value>
    public double Terse { get; init; } = 0.2;

    /// <summary>Share of questions with their label; 0 to 1.</summary>
    /// <value>0.01.</value>
    public double Routing { get; init; } = 0.01;

    /// <summary>The task rows by task, as weights.</summary>
    public required IReadOnlyDictionary<string, double> Tasks { get; init; }

    internal IEnumerable<string> Faults()
    {
        if (Rows < 1) yield return $"Mixture.Rows is {Rows}; expected 1 or more.";
        foreach (var (name, share) in new[] { (nameof(English), English), (nameof(Terse), Terse), (nameof(Routing), Routing) })
            if (!(share is >= 0 and <= 1)) yield return $"Mixture.{name} is {share}; expected 0 to 1.";
        if (English + Routing > 1)
            yield return $"Mixture.English and Mixture.Routing are {English} and {Routing}; expected 1 together at most.";
        foreach (var (task, weight) in Tasks)
        {
            if (TaskTable.All.All(known => known.Name != task)) yield return $"Mixture.Tasks has '{task}', which is no task.";
            if (!(weight >= 0 && double.IsFinite(weight))) yield return $"Mixture.Tasks.{task} is {weight}; expected 0 or more.";
        }
        if (!(Tasks.Values.Sum() > 0)) yield return "Mixture.Tasks has no weight above 0; expected one at least.";
    }
}

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Arms trained on the same text, at the same size and with the same tokens, each over several seeds.</summary>
public sealed record StudyOptions
{
    /// <summary>Its name, which claims refer to; letters, digits and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary>Whether students learn X, the second domain, and not B.</summary>
    /// <value>false.</value>
    public bool Shifted { get; init; }

    /// <summary>Whether the weaker teacher is theirs.</summary>
    /// <value>false.</value>
    public bool WeakTeacher { get; init; }

    /// <summary>The students' shape.</summary>
    public ShapeOptions Shape { get; init; } = new();

    /// <summary>Width of the arms that match the concept model's active parameters.</summary>
    /// <value>68.</value>
    public int MatchedWidth { get; init; } = 68;

    /// <summary>p: concepts come in before this block, counted from 0.</summary>
    /// <value>2.</value>
    public int Insertion { get; init; } = 2;

    /// <summary>K: concepts mixed into one vector.</summary>
    /// <value>16.</value>
    public int MixedConcepts { get; init; } = 16;

    /// <summary>K_a: labels a token.</summary>
    /// <value>4.</value>
    public int Labels { get; init; } = 4;

    /// <summary>λ: weight of the concept loss; of distillation where that is the arm.</summary>
    /// <value>0.1.</value>
    public double Weight { get; init; } = 0.1;

    /// <summary>Training.</summary>
    public OptimizerOptions Training { get; init; } = new();

    /// <summary>Validations along training.</summary>
    /// <value>10.</value>
    public int CurvePoints { get; init; } = 10;

    /// <summary>
    /// Full learning rates to try, with seed 0 that is used for nothing else, for each way of training alike: next-token prediction,
    /// concepts, pauses, hidden states, as far as the study has arms of it. The one with the lowest loss on the curve's text is taken.
    /// </summary>
    /// <value>0.004 only: nothing is tried.</value>
    public IReadOnlyList<double> LearningRates { get; init; } = [4e-3];

    /// <summary>Tokens of a trial as a share of <see cref="OptimizerOptions.Tokens"/>.</summary>
    /// <value>0.5.</value>
    public double TrialShare { get; init; } = 0.5;

    /// <summary>Takes the rates that an earlier study chose, instead of trying.</summary>
    /// <value>null.</value>
    public string? RatesOf { get; init; }

    /// <summary>What is trained, in this order: groups of arms, seed by seed.</summary>
    public required IReadOnlyList<RunGroup> Runs { get; init; }

    /// <summary>All arms, in the order of the groups.</summary>
    internal IReadOnlyList<string> Arms => [.. Runs.SelectMany(group => group.Arms).Distinct()];

    /// <summary>The arms that rates are tried on, one for each way of training that the study has.</summary>
    internal IReadOnlyList<string> TriedOn =>
        [.. Arms.Where(ConceptArms.Known.ContainsKey).Select(arm => ConceptArms.Known[arm].RateOf).Distinct()];

    internal IEnumerable<string> Faults(IReadOnlyList<StudyOptions> earlier, AutoencoderOptions autoencoder, bool hasWeakTeacher)
    {
        if (WeakTeacher && !hasWeakTeacher) yield return "WeakTeacher is true, but the options have none.";
        if (Name.Length == 0 || Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            yield return "Name has other characters than letters, digits and hyphens.";
        foreach (var fault in Shape.Faults("Shape").Concat(Training.Faults("Training"))) yield return fault;
        if (MatchedWidth < Shape.Width || MatchedWidth % Shape.Heads != 0)
            yield return $"MatchedWidth is {MatchedWidth}; expected a multiple of {Shape.Heads} heads, and no less than Shape.Width.";
        if (Insertion < 1 || Insertion >= Shape.Layers) yield return $"Insertion is {Insertion}; expected 1 to {Shape.Layers - 1}.";
        if (MixedConcepts < 1) yield return $"MixedConcepts is {MixedConcepts}; expected 1 or more.";
        if (Labels < 1 || Labels > autoencoder.StoredLabels)
            yield return $"Labels is {Labels}; expected 1 to Autoencoder.StoredLabels, {autoencoder.StoredLabels}.";
        if (!(Weight > 0)) yield return $"Weight is {Weight}; expected above 0.";
        if (CurvePoints < 2) yield return $"CurvePoints is {CurvePoints}; expected 2 or more.";
        if (LearningRates.Count == 0 || LearningRates.Any(rate => !(rate > 0))) yield return "LearningRates needs one or more above 0.";
        if (TrialShare is not (> 0 and <= 1)) yield return $"TrialShare is {TrialShare}; expected above 0, 1 at most.";
        foreach (var arm in Arms.Where(arm => !ConceptArms.Known.ContainsKey(arm)))
            yield return $"Runs have the arm '{arm}'. Known: {string.Join(", ", ConceptArms.Known.Keys)}.";
        if (RatesOf is { } name)
        {
            var other = earlier.FirstOrDefault(study => study.Name == name);
            if (other is null)
                yield return $"RatesOf is '{name}', which is no earlier study.";
            else if (TriedOn.Except(other.TriedOn).ToList() is { Count: > 0 } untried)
                yield return $"RatesOf is '{name}', which tries no rate for {string.Join(", ", untried)}.";
        }
        if (Runs.Any(group => group.Seeds < 1)) yield return "A group of Runs has fewer than 1 seed.";
        if (Runs.SelectMany(group => group.Arms).GroupBy(arm => arm).FirstOrDefault(group => group.Count() > 1) is { } twice)
            yield return $"Runs have the arm '{twice.Key}' more than once.";
    }
}

/// <summary>Some arms and their number of seeds: 1, 2, 3 …</summary>
public sealed record RunGroup(IReadOnlyList<string> Arms, int Seeds);

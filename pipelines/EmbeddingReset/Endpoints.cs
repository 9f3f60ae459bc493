namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>An endpoint: one number a pre-training seed.</summary>
/// <param name="What">What it is, in words, with its unit.</param>
/// <param name="Values">By seed; seeds that lack a part of it are left out.</param>
internal sealed record SeedValues(string What, IReadOnlyDictionary<int, double> Values);

/// <summary>
/// What is measured for a claim, seed by seed. Accuracies are means over the tasks of a section; "distant" are languages that differ in two
/// switches of word order or more, or where languages have no switches, those at or above the median distance.
/// </summary>
internal static class Endpoints
{
    /// <summary>Switches from which on a synthetic language is distant.</summary>
    public const double DistantSwitches = 2;

    /// <summary>How far into relearning "early" is at most, as a share of its updates.</summary>
    public const double EarlyShare = 0.1;

    /// <summary>All endpoints, by name.</summary>
    public static IReadOnlyDictionary<string, Func<SectionResult, SeedValues>> Known { get; } =
        new Dictionary<string, Func<SectionResult, SeedValues>>
        {
            ["early-gain"] = EarlyGain,
            ["final-gain"] = FinalGain,
            ["curve-gain"] = CurveGain,
            ["first-language"] = FirstLanguage,
            ["data-need"] = DataNeed,
            ["above-random-body"] = AboveRandomBody,
            ["words-and-body"] = WordsAndBody,
            ["recovery"] = Recovery,
            ["domain-gain"] = DomainGain,
            ["ceiling"] = Ceiling,
            ["distance-slope"] = DistanceSlope,
        };

    /// <summary>The scored update that "early" means: the last one within <see cref="EarlyShare"/>, or the first of all.</summary>
    public static int EarlyUpdate(RelearningOptions relearning)
    {
        var within = relearning.ScoreAfter.Where(update => update <= EarlyShare * relearning.Updates).ToList();
        return within.Count > 0 ? within[^1] : relearning.ScoreAfter[0];
    }

    /// <summary>A cell's accuracy after an update, the mean over tasks.</summary>
    public static double Score(CellResult cell, int update) =>
        cell.Scores.Where(score => score.Update == update).Average(score => score.Accuracy);

    /// <summary>The area under accuracy against log(update), divided by the width: a mean accuracy over the course.</summary>
    public static double MeanOverLogUpdates(CellResult cell)
    {
        var points = cell.Scores.GroupBy(score => score.Update).OrderBy(group => group.Key)
            .Select(group => (X: Math.Log(group.Key), Y: group.Average(score => score.Accuracy))).ToList();
        if (points.Count == 1) return points[0].Y;
        var area = points.Zip(points.Skip(1)).Sum(pair => (pair.Second.X - pair.First.X) * (pair.First.Y + pair.Second.Y) / 2);
        return area / (points[^1].X - points[0].X);
    }

    /// <summary>Whether a cell's language is distant.</summary>
    public static bool IsDistant(SectionResult section, CellResult cell) => cell.Distance >= DistantFrom(section);

    /// <summary>By seed: the mean score of an arm's cells after an update, as a share of that at the end.</summary>
    public static IReadOnlyDictionary<int, double> ShareOfFinal(SectionResult section, string arm, int update) => Paired(
        Means(section, arm, _ => true, cell => Score(cell, update)), Means(section, arm, _ => true, Last(section)), (a, b) => a / b);

    /// <summary>By seed: updates until an episode recovers, the means of the first and the last third of the episodes.</summary>
    public static IReadOnlyDictionary<int, (double First, double Last)> Recoveries(SectionResult section)
    {
        var values = new Dictionary<int, (double, double)>();
        foreach (var body in section.Bodies.Where(body => body.Arm == ResetArms.Forgetting && body.Episodes.Count >= 4))
        {
            // The first episode learns from nothing; one that does not recover counts with its whole length.
            var needed = body.Episodes.Skip(1).Select(episode => (double)(episode.RecoveryUpdates ?? episode.Updates)).ToList();
            var third = Math.Max(1, needed.Count / 3);
            values[body.Seed] = (needed.Take(third).Average(), needed.TakeLast(third).Average());
        }
        return values;
    }

    private static double DistantFrom(SectionResult section)
    {
        if (section.Options.Source == SectionSource.Synthetic) return DistantSwitches;
        var distances = section.Cells.DistinctBy(cell => cell.Language).Select(cell => cell.Distance).Order().ToList();
        return distances[distances.Count / 2];
    }

    private static SeedValues EarlyGain(SectionResult section)
    {
        var (update, small) = (EarlyUpdate(section.Options.Relearning), section.Options.Budgets.Take(2).ToHashSet());
        return Gain(section, cell => IsDistant(section, cell) && small.Contains(cell.Tokens), cell => Score(cell, update),
            $"accuracy in distant languages after {update} of {section.Options.Relearning.Updates} updates, two smallest data cells");
    }

    private static SeedValues FinalGain(SectionResult section) => Gain(
        section, cell => IsDistant(section, cell) && cell.Tokens == section.Options.Budgets[0], Last(section),
        "accuracy in distant languages at the end, smallest data cell");

    private static SeedValues CurveGain(SectionResult section) => Gain(
        section, cell => IsDistant(section, cell), MeanOverLogUpdates,
        "mean accuracy in distant languages over the logarithm of updates, all data cells");

    private static SeedValues Ceiling(SectionResult section) => Gain(
        section, cell => cell.Distance == section.Cells.Min(other => other.Distance) && cell.Tokens == section.Options.Budgets[^1],
        Last(section), "accuracy in the nearest language at the end, largest data cell");

    private static SeedValues DomainGain(SectionResult section) => Gain(
        section, cell => cell.Language.StartsWith("en", StringComparison.Ordinal), Last(section),
        "accuracy in another domain of language 1 at the end, all data cells");

    private static SeedValues FirstLanguage(SectionResult section) => new(
        "accuracy in language 1, forgetting minus standard",
        Paired(Bodies(section, ResetArms.Forgetting), Bodies(section, ResetArms.Standard), (a, b) => a - b));

    private static SeedValues DataNeed(SectionResult section)
    {
        Dictionary<int, double> At(long tokens) =>
            Means(section, ResetArms.Standard, cell => IsDistant(section, cell) && cell.Tokens == tokens, Last(section));
        return new("accuracy of standard in distant languages at the end, largest minus smallest data cell",
            Paired(At(section.Options.Budgets[^1]), At(section.Options.Budgets[0]), (a, b) => a - b));
    }

    private static SeedValues AboveRandomBody(SectionResult section) => new(
        "accuracy of standard at the end, largest data cell, minus that of a body never trained or of the most frequent answer, "
        + "whichever is higher",
        Paired(Largest(section, ResetArms.Standard, Last(section)), Floor(section), (a, b) => a - b));

    private static SeedValues WordsAndBody(SectionResult section)
    {
        var whole = Largest(section, ResetArms.Standard, Last(section));
        var shuffled = Largest(section, ResetArms.Standard, cell => cell.ShuffledRows.Values.Average());
        var lost = Paired(shuffled, Floor(section), Math.Max);
        return new("accuracy of standard at the end, largest data cell, minus the better of: rows of the new table shuffled, a body never "
            + "trained", Paired(whole, lost, (a, b) => a - b));
    }

    private static SeedValues Recovery(SectionResult section) => new(
        "updates until an episode's loss is within 0.1 of the one before it, first third of the episodes minus last third",
        Recoveries(section).ToDictionary(item => item.Key, item => item.Value.First - item.Value.Last));

    private static SeedValues DistanceSlope(SectionResult section)
    {
        var update = EarlyUpdate(section.Options.Relearning);
        var byDistance = section.Cells.Select(cell => cell.Distance).Distinct().Order()
            .Select(distance => (distance, Gain(section, cell => cell.Distance == distance, cell => Score(cell, update), "").Values))
            .ToList();
        var values = new Dictionary<int, double>();
        foreach (var seed in byDistance.SelectMany(item => item.Values.Keys).Distinct())
        {
            var points = byDistance.Where(item => item.Values.ContainsKey(seed))
                .Select(item => (item.distance, item.Values[seed])).ToList();
            if (points.Count >= 3) values[seed] = Slope(points);
        }
        return new("gain of forgetting over standard in early accuracy, a unit of distance (least squares over languages)", values);
    }

    private static double Slope(List<(double X, double Y)> points)
    {
        var (x, y) = (points.Average(p => p.X), points.Average(p => p.Y));
        return points.Sum(p => (p.X - x) * (p.Y - y)) / points.Sum(p => (p.X - x) * (p.X - x));
    }

    private static SeedValues Gain(SectionResult section, Func<CellResult, bool> which, Func<CellResult, double> value, string what) =>
        new($"{what}, forgetting minus standard", Paired(
            Means(section, ResetArms.Forgetting, which, value), Means(section, ResetArms.Standard, which, value), (a, b) => a - b));

    private static Func<CellResult, double> Last(SectionResult section) => cell => Score(cell, section.Options.Relearning.Updates);

    private static Dictionary<int, double> Largest(SectionResult section, string arm, Func<CellResult, double> value) =>
        Means(section, arm, cell => cell.Tokens == section.Options.Budgets[^1], value);

    private static Dictionary<int, double> Floor(SectionResult section) => Paired(
        Largest(section, ResetArms.RandomBody, Last(section)),
        Largest(section, ResetArms.RandomBody, cell => cell.Floors.Values.Average()), Math.Max);

    private static Dictionary<int, double> Bodies(SectionResult section, string arm) =>
        section.Bodies.Where(body => body.Arm == arm).ToDictionary(body => body.Seed, body => body.Scores.Values.Average());

    /// <summary>The mean of a value over an arm's cells, by seed.</summary>
    internal static Dictionary<int, double> Means(
        SectionResult section, string arm, Func<CellResult, bool> which, Func<CellResult, double> value) =>
        section.Cells.Where(cell => cell.Arm == arm && which(cell)).GroupBy(cell => cell.Seed)
            .ToDictionary(group => group.Key, group => group.Average(value));

    /// <summary>What two values of a seed make, for seeds that have both.</summary>
    internal static Dictionary<int, double> Paired(
        Dictionary<int, double> first, Dictionary<int, double> second, Func<double, double, double> join) =>
        first.Where(item => second.ContainsKey(item.Key)).ToDictionary(item => item.Key, item => join(item.Value, second[item.Key]));
}

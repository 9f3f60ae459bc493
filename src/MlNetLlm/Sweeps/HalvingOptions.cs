namespace MlNetLlm.Sweeps;

/// <summary>
/// Successive halving (Jamieson, Talwalkar, AISTATS 2016): every point gets the first budget, the best share of them the second, and so on.
/// Rounds are synchronous, so which points go on depends on losses alone, not on who finished first.
/// </summary>
public sealed record HalvingOptions : ICheckedOptions
{
    /// <summary>The option that holds the budget, such as maxTokens.</summary>
    public required string Option { get; init; }

    /// <summary>The budgets of the rounds, rising; 2 or more.</summary>
    public required IReadOnlyList<long> Budgets { get; init; }

    /// <summary>The share of a round's points that goes on, at least one; above 0 and below 1.</summary>
    /// <value>A third.</value>
    public double Keep { get; init; } = 1.0 / 3;

    /// <inheritdoc/>
    public IEnumerable<string> Faults()
    {
        if (string.IsNullOrWhiteSpace(Option)) yield return "Halving.Option is empty; expected an option's name.";
        if (Budgets.Count < 2 || Budgets.Zip(Budgets.Skip(1)).Any(pair => pair.First >= pair.Second) || Budgets[0] < 1)
            yield return $"Halving.Budgets is [{string.Join(", ", Budgets)}]; expected two or more rising numbers above 0.";
        if (!(Keep > 0 && Keep < 1)) yield return $"Halving.Keep is {Keep}; expected above 0 and below 1.";
    }

    /// <summary>How many points of so many go on; fewer where not so many have a loss.</summary>
    internal int Kept(int points) => Math.Max(1, (int)Math.Ceiling(points * Keep));

    /// <summary>The trials that go on after a round: the best share, ties to the lower number; failed ones never.</summary>
    internal IReadOnlyList<int> GoOn(IEnumerable<TrialOutcome> round)
    {
        var all = round.ToList();
        return [.. all.Where(t => t.Loss is not null).OrderBy(t => t.Loss).ThenBy(t => t.Trial).Take(Kept(all.Count)).Select(t => t.Trial)
            .Order()];
    }
}

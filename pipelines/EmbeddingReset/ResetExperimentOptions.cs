using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>What the experiment does, and the rules of its verdicts.</summary>
public sealed record ResetExperimentOptions
{
    /// <summary>The parts, in the order they run; the first one is the main contrast.</summary>
    public required IReadOnlyList<SectionOptions> Sections { get; init; }

    /// <summary>The claims.</summary>
    public required IReadOnlyList<ResetClaimOptions> Claims { get; init; }

    /// <summary>The primary claim, named before the run: tested alone. All others are corrected together (Holm).</summary>
    public required string Primary { get; init; }

    /// <summary>Resamples of the bootstrap over seeds behind every interval.</summary>
    /// <value>10,000.</value>
    public int BootstrapResamples { get; init; } = 10_000;

    internal ResetExperimentOptions Validated()
    {
        OptionFaults.Refuse("'reset'", Faults(), StageFaults);
        return this;
    }

    private IEnumerable<string> Faults()
    {
        if (Sections.Count == 0) yield return "Sections is empty; expected one or more.";
        foreach (var same in Sections.GroupBy(section => section.Name).Where(group => group.Count() > 1))
            yield return $"Two sections are called '{same.Key}'; names must differ.";
        for (var i = 0; i < Sections.Count; i++)
            foreach (var fault in SectionFaults.Of(Sections[i], [.. Sections.Take(i).Select(section => section.Name)]))
                yield return $"Section '{Sections[i].Name}': {fault}";
        if (Claims.All(claim => claim.Id != Primary)) yield return $"Primary is '{Primary}', which is none of the claims.";
        foreach (var claim in Claims.Where(claim => !Endpoints.Known.ContainsKey(claim.Endpoint)))
            yield return $"Claim {claim.Id} has the endpoint '{claim.Endpoint}'. Known: {string.Join(", ", Endpoints.Known.Keys)}.";
        foreach (var claim in Claims.Where(claim => Sections.All(section => section.Name != claim.Section)))
            yield return $"Claim {claim.Id} is about section '{claim.Section}', which there is not.";
    }

    private IEnumerable<string> StageFaults() =>
        Sections.SelectMany(section => OptionFaults.In($"Section '{section.Name}'", SectionFaults.OfStages(section)));
}

/// <summary>A claim, the section it is judged on and what is measured there, seed by seed.</summary>
/// <param name="Section">The section's name.</param>
/// <param name="Endpoint">The quantity, by the names of <see cref="Endpoints"/>.</param>
public sealed record ResetClaimOptions(
    string Id, string Source, string Statement, string Section, string Endpoint, Runs.ClaimRule Rule)
    : ClaimOptions(Id, Source, Statement, Rule);

using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>What is wrong with a section's options.</summary>
internal static class SectionFaults
{
    public static IEnumerable<string> Of(SectionOptions section, IReadOnlyList<string> earlier)
    {
        var (pretraining, relearning) = (section.Pretraining, section.Relearning);
        if (section.Name.Length == 0 || section.Name.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
            yield return "Name has other characters than letters, digits and hyphens.";
        if (section.Seeds < 1) yield return $"Seeds is {section.Seeds}; expected 1 or more.";
        foreach (var arm in section.Arms.Where(arm => !ResetArms.Names.Contains(arm)))
            yield return $"Arms has '{arm}'. Known: {string.Join(", ", ResetArms.Names)}.";
        if (section.Languages.Count == 0 || section.Tasks.Count == 0) yield return "Languages and Tasks need at least one entry.";
        if (section.Budgets.Count == 0 || section.Budgets.Any(tokens => tokens < 1) || !Rise(section.Budgets))
            yield return $"Budgets are {string.Join(", ", section.Budgets)}; expected rising numbers of 1 or more.";
        if (pretraining.Episodes < 2 || pretraining.Updates % pretraining.Episodes != 0)
            yield return $"Pretraining.Updates is {pretraining.Updates} and Episodes {pretraining.Episodes}; expected 2 episodes or more, and "
                + "a multiple of them as updates.";
        if (relearning.ScoreAfter.Count == 0 || !Rise([.. relearning.ScoreAfter.Select(n => (long)n)]) || relearning.ScoreAfter[0] < 1
            || relearning.ScoreAfter[^1] != relearning.Updates)
            yield return $"Relearning.ScoreAfter is {string.Join(", ", relearning.ScoreAfter)}; expected rising numbers that end with "
                + $"Updates, {relearning.Updates}.";
        if (section.EmbeddingRates.Count == 0 || section.EmbeddingRates.Any(rate => !(rate > 0)))
            yield return "EmbeddingRates needs at least one factor above 0.";
        if (section.RatesOf is { } other && !earlier.Contains(other)) yield return $"RatesOf is '{other}', which is no earlier section.";
        if (section.BodiesOf is { } bodies && !earlier.Contains(bodies))
            yield return $"BodiesOf is '{bodies}', which is no earlier section.";
        if (section.Source == SectionSource.Folder && section.Folder is null) yield return "Folder is not set; the source needs one.";
    }

    /// <summary>What is wrong with what the stages make of a section that is sound in itself.</summary>
    public static IEnumerable<string> OfStages(SectionOptions section)
    {
        const int AnyVocabulary = 100;
        foreach (var fault in OptionFaults.Of(() => StageOptions.Body(section, AnyVocabulary).Validated())) yield return $"Body: {fault}";
        foreach (var (arm, rate) in section.Arms.SelectMany(_ => section.EmbeddingRates, (arm, rate) => (arm, rate)))
            foreach (var fault in StageOptions.Pretraining(section, arm, rate).Faults()) yield return $"Pretraining: {fault}";
        foreach (var fault in StageOptions.Task(section).Faults()) yield return $"Task: {fault}";
        foreach (var fault in StageOptions.Relearning(section).Faults()) yield return $"Relearning: {fault}";
    }

    private static bool Rise(IReadOnlyList<long> numbers) => numbers.Zip(numbers.Skip(1)).All(pair => pair.First < pair.Second);
}

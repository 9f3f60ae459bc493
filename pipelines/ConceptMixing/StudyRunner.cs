using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.ConceptMixing;

/// <summary>Runs a study: chooses the rates, then trains every arm seed by seed. Each student is a part that is kept.</summary>
internal sealed class StudyRunner(StudyOptions study, StudentStage students, KeptParts kept, RunContext context)
{
    /// <summary>Runs it.</summary>
    /// <param name="earlier">The studies before it.</param>
    /// <param name="seed">The run's seed.</param>
    public StudyResult Run(IReadOnlyList<StudyResult> earlier, int seed)
    {
        var rates = study.RatesOf is { } name
            ? earlier.First(other => other.Options.Name == name).Rates
            : [.. study.TriedOn.Select(arm => Try(arm, seed))];
        var runs = new List<ArmRun>();
        foreach (var group in study.Runs)
            for (var number = 1; number <= group.Seeds; number++)
                foreach (var arm in group.Arms) runs.Add(Train(arm, number, rates, seed));
        return new StudyResult(study, rates, runs);
    }

    private ArmRun Train(string arm, int number, IReadOnlyList<RateTrials> rates, int seed) =>
        kept.Get($"{study.Name}.{arm}.{number}", () =>
        {
            context.Display.Stage($"{study.Name}: {arm}, seed {number}");
            var rate = rates.First(trials => trials.Arm == ConceptArms.Known[arm].RateOf).Chosen;
            return students.Train(study, arm, number, Seed(seed, number), rate, study.Training.Tokens);
        });

    private RateTrials Try(string arm, int seed)
    {
        var rates = study.LearningRates;
        if (rates.Count == 1) return new RateTrials(arm, new Dictionary<string, double>(), rates[0]);
        var losses = rates.ToDictionary(rate => rate, rate => kept.Get($"{study.Name}.{arm}.rate-{rate:R}", () =>
        {
            context.Display.Stage($"{study.Name}: {arm}, rate {rate:R} on trial");
            return students.Try(study, arm, Seed(seed, 0), rate, (long)(study.TrialShare * study.Training.Tokens));
        }));
        return new RateTrials(arm, losses.ToDictionary(item => $"{item.Key:R}", item => item.Value), losses.MinBy(item => item.Value).Key);
    }

    private static int Seed(int seed, int number) => seed * 10_000 + number;
}

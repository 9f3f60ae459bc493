using Microsoft.ML;
using MlNetLlm.LanguageModels;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>A benchmark's accuracy beside chance.</summary>
/// <param name="DataSet">The set.</param>
/// <param name="Right">Right answers.</param>
/// <param name="Questions">Questions.</param>
/// <param name="Chance">What guessing gives: the mean of 1/choices.</param>
internal sealed record RealScore(string DataSet, int Right, int Questions, double Chance)
{
    /// <summary>The share of right answers.</summary>
    public double Accuracy => (double)Right / Questions;

    /// <summary>The standard error of a guesser's accuracy.</summary>
    public double Error => Math.Sqrt(Chance * (1 - Chance) / Questions);

    /// <summary>Whether the accuracy is above chance by so many standard errors: else the set is dropped from the analysis.</summary>
    public bool IsAboveChance(double errors) => Accuracy > Chance + errors * Error;
}

/// <summary>Puts public benchmarks through the same readers and the same scoring.</summary>
internal sealed class RealStage(MLContext ml, RealOptions options, string device, RunContext context)
{
    /// <summary>Accuracies of the model that the options name, on the sets whose data is on this machine.</summary>
    public IReadOnlyList<RealScore> Run(RunRecord record, KeptParts kept)
    {
        context.Display.Stage("public benchmarks");
        var sets = options.Sets.Where(BenchmarkSet.IsHere).ToList();
        if (sets.Count < options.Sets.Count)
            context.Display.Note($"not on this machine, left out: {string.Join(", ", options.Sets.Except(sets))}");
        if (sets.Count == 0) return [];
        using var model = ml.LanguageModels().Load(options.Model!).To(device);
        return [.. sets.Select((name, i) =>
        {
            var set = BenchmarkSet.Read(ml, name, options.Questions);
            record.Add(new RunData(set.Name, set.Sha256, set.Rows.Count, "catalog"));
            return kept.Get($"public-{i + 1}", () => Score(set, model));
        })];
    }

    /// <summary>Accuracy of one set.</summary>
    public RealScore Score(BenchmarkSet set, LanguageModel model)
    {
        var (right, questions) = SubjectModel.Accuracies(ml, model, set.View(ml))[set.Name];
        return new RealScore(set.Name, right, questions, set.Rows.Average(row => 1.0 / row.Continuations.Length));
    }
}

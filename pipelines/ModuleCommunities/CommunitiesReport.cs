using System.Globalization;
using MlNetLlm.Modules;
using MlNetLlm.Pipelines.Experiments;
using MlNetLlm.Runs;

namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>Writes down what was measured, by model, variant and arm.</summary>
internal static class CommunitiesReport
{
    private const string P = "published", C = "corrected";

    public static void Write(RunResults run, RunRecord record)
    {
        foreach (var model in run.Models)
        {
            Scores(run, model, record);
            Corrected(model.Subject.Name, C, model.Network.Corrected, record);
            Corrected(model.Subject.Name, "corrected, units", model.Network.Units, record);
            if (model.Network.Inner is { } inner) Corrected(model.Subject.Name, "corrected, inner layers", inner, record);
            Corrected(model.Subject.Name, "corrected, mean ablation", model.Network.Causal, record);
            Corrected(model.Subject.Name, "corrected, units retained", model.Network.Retained, record);
            Add(record, model.Subject.Name, "profiles by mean |w g| and by mean ablation, median r", C, Endpoints.MeasuresAgree(model));
            Add(record, model.Subject.Name, "share of label shuffles with p ≤ 0.05", C, model.Network.FalsePositives);
            Add(record, model.Subject.Name, "module communities and owners, ARI", C, model.Network.OwnerAgreement);
            Add(record, model.Subject.Name, "module communities and owners, owned modules only, ARI", C, run.OwnedAgreement(model));
            Add(record, model.Subject.Name, "module communities and owners, inner layers only, ARI", C, run.InnerAgreement(model));
            Published(model.Subject.Name, P, model.Network.Published, record);
            Published($"{model.Subject.Name}, constant importance", P, model.Network.Constant, record);
            foreach (var at in model.Network.OtherRatios)
                Published(string.Create(CultureInfo.InvariantCulture,
                    $"{model.Subject.Name}, {at.Scheme.ToString().ToLowerInvariant()}-wise at {at.Ratio}"), P, at.Result, record);
            if (run.Measures(model) is { } measures) Rule(model.Subject.Name, measures, record);
        }
        foreach (var noise in run.Noise)
        {
            var arm = string.Create(CultureInfo.InvariantCulture, $"labels, {noise.Noise} flipped");
            Mean(record, arm, "skill communities and functions, ARI", C, noise.SkillAgreement);
            Mean(record, arm, "co-occurring skills and the design's pairs, ARI", C, noise.DesignAgreement);
        }
        Tuning(run, record);
        Removals(run, record);
    }

    private static void Scores(RunResults run, Studied model, RunRecord record)
    {
        var name = model.Subject.Name;
        record.Add(new RunMetric(name, "parameters", null, model.Result.Parameters));
        Add(record, name, "loss, nats a token learned", "train", model.Result.Loss);
        record.Add(new RunMetric(name, "optimiser steps", "train", model.Result.Steps));
        record.Add(new RunMetric(name, "stopped at the accuracy asked for", "train", model.Result.Stopped ? 1 : 0));
        record.Add(new RunMetric(name, "accuracy", "test", model.Result.Scores.Average(score => score.Accuracy), null,
            model.Result.Scores.Sum(score => score.Questions)));
        record.Add(new RunMetric(name, "sets above chance by three errors", "test",
            model.Result.Scores.Count(score => IsAboveChance(score)), null, model.Result.Scores.Count));
        if (model.Network.Corrected.Reliability is { } r)
            record.Add(new RunMetric(name, $"passes the reliability gate of {run.Options.Network.Reliability}", C,
                r >= run.Options.Network.Reliability ? 1 : 0));
        foreach (var function in run.Questions.Sets.Index().Where(set => set.Item.Pure).GroupBy(set => set.Item.Function))
            record.Add(new RunMetric(name, $"accuracy, {function.Key}", "test",
                function.Average(set => model.Result.Scores[set.Index].Accuracy)));
    }

    // Generated questions have four choices; public ones are judged with their own numbers of choices.
    private static bool IsAboveChance(SetScore score) => new RealScore(score.DataSet, score.Right, score.Questions, 0.25).IsAboveChance(3);

    private static void Corrected(string name, string split, CorrectedResult found, RunRecord record)
    {
        record.Add(new RunMetric(name, "T1: F of functions", split, found.Functions.Statistic));
        record.Add(new RunMetric(name, "T1: null mean", split, found.Functions.NullMean));
        record.Add(new RunMetric(name, "T1: p after Holm", split, found.Holm[0]));
        Add(record, name, "F of surfaces, p", split, found.Surfaces?.P);
        record.Add(new RunMetric(name, "T2: modules and preferred functions, ARI", split, found.Modules.Statistic));
        record.Add(new RunMetric(name, "T2: null mean", split, found.Modules.NullMean));
        record.Add(new RunMetric(name, "T2: p after Holm", split, found.Holm[1]));
        record.Add(new RunMetric(name, "T3: skills and functions, ARI", split, found.Skills.Statistic));
        record.Add(new RunMetric(name, "T3: null mean", split, found.Skills.NullMean));
        record.Add(new RunMetric(name, "T3: p after Holm", split, found.Holm[2]));
        record.Add(new RunMetric(name, "module communities", split, found.Partition().Count));
        record.Add(new RunMetric(name, "Louvain runs agree, ARI", split, found.Louvain));
        record.Add(new RunMetric(name, "Q", split, found.Q.Statistic));
        record.Add(new RunMetric(name, "Q above its null, deviations", split, Deviations(found.Q)));
        record.Add(new RunMetric(name, "participation", split, found.Participation.Statistic));
        record.Add(new RunMetric(name, "participation above its null, deviations", split, Deviations(found.Participation)));
        record.Add(new RunMetric(name, "highest participation", split, found.HighestParticipation));
        record.Add(new RunMetric(name, "spectral gap, p", split, found.Gap.P));
        record.Add(new RunMetric(name, "leading eigenvalue of the modularity matrix, p", split, found.LeadingEigenvalue.P));
        record.Add(new RunMetric(name, "share of the first Gram eigenvalue", split, found.GramShares[0]));
        Add(record, name, "small-world index", split, found.SmallWorld);
        Add(record, name, "reliability, median r of halves", split, found.Reliability);
        Add(record, name, "halves agree, ARI", split, found.HalvesAgree);
    }

    private static void Published(string name, string split, PublishedResult found, RunRecord record)
    {
        record.Add(new RunMetric(name, "draws with edges", split, found.Draws.Count));
        if (found.Draws.Count == 0) return;
        Mean(record, name, "Q", split, found.Draws.Select(draw => draw.Q));
        Mean(record, name, "skills Q", split, found.Draws.Select(draw => draw.SkillQ));
        Mean(record, name, "module communities", split, found.Draws.Select(draw => (double)draw.Communities.Distinct().Count()));
        Mean(record, name, "skill communities", split, found.Draws.Select(draw => (double)draw.SkillCommunities));
        Mean(record, name, "skills and functions, ARI", split, found.Draws.Select(draw => draw.SkillAgreement));
        Mean(record, name, "module communities and owners, ARI", split, found.Draws.Select(draw => draw.OwnerAgreement).OfType<double>());
        Mean(record, name, "Louvain runs of a draw agree, ARI", split, found.Draws.Select(draw => draw.Louvain));
        Add(record, name, "draws agree, ARI", split, found.Stability);
        Mean(record, name, "one-term participation", split, found.Draws.Select(draw => draw.OneTerm.Average()));
        Mean(record, name, "one-term participation, highest", split, found.Draws.Select(draw => draw.OneTerm.Max()));
        Mean(record, name, "textbook participation", split, found.Draws.Select(draw => draw.Textbook.Average()));
        Mean(record, name, "z, lowest", split, found.Draws.Select(draw => draw.Z.Min()));
        Mean(record, name, "z, highest", split, found.Draws.Select(draw => draw.Z.Max()));
        Mean(record, name, "share of the first Gram eigenvalue", split, found.Draws.Select(draw => draw.GramShares[0]));
    }

    private static void Rule(string name, ArchitectureMeasures measures, RunRecord record)
    {
        record.Add(new RunMetric(name, "Λ", C, measures.Lambda));
        record.Add(new RunMetric(name, "selectivity", C, measures.Selectivity));
        record.Add(new RunMetric(name, $"class: {measures.Class}", C, 1));
    }

    private static void Tuning(RunResults run, RunRecord record)
    {
        (TuningArm Arm, string Called)[] arms =
            [(TuningArm.SharedRate, "shared rate"), (TuningArm.OwnRate, "own rate"), (TuningArm.Faithful, "embedding and norms too")];
        foreach (var regime in Enum.GetValues<ModuleRegime>())
        {
            foreach (var (arm, called) in arms)
            {
                var runs = run.Tuned(regime, arm).Values.ToList();
                if (runs.Count == 0) continue;
                var name = $"tuning {regime}, {called}";
                record.Add(new RunMetric(name, "learning rate", null, runs[0].LearningRate));
                Mean(record, name, "accuracy", "target", runs.Select(each => each.Accuracy));
                foreach (var form in runs.GroupBy(each => each.Form))
                    Mean(record, name, "accuracy", $"target, {form.Key}", form.Select(each => each.Accuracy));
                Mean(record, name, "accuracy", "other skills", runs.Select(each => each.Others));
                Mean(record, name, "mean ‖ΔW‖/‖W‖ of trained modules", null, runs.Select(each => each.RelativeChange));
                Mean(record, name, "‖Δθ‖", null, runs.Select(each => each.TotalChange));
                Mean(record, name, "mean |Δw| of trained modules", null, runs.Select(each => each.AbsoluteChange));
                Mean(record, name, "trained weights", null, runs.Select(each => (double)each.Parameters));
            }
        }
    }

    private static void Removals(RunResults run, RunRecord record)
    {
        foreach (var function in run.Removals.GroupBy(removal => removal.Function))
        {
            var arm = $"removal, {function.Key}";
            string[] states = ["whole", "area removed", "random removed"];
            foreach (var (i, state) in states.Index())
            {
                Mean(record, arm, $"accuracy, {state}", "own", function.Select(each => each.Own[i]));
                Mean(record, arm, $"accuracy, {state}", "foreign", function.Select(each => each.Foreign[i]));
            }
            Mean(record, arm, "modules removed", null, function.Select(each => (double)each.Removed));
            foreach (var (i, state) in new[] { "area removed", "random removed" }.Index())
                Mean(record, arm, $"accuracy, {state} and the rest trained", "own",
                    function.Select(each => each.Recovered?[i]).OfType<double>());
        }
    }

    private static double Deviations(Communities.PermutationTest test) =>
        test.NullDeviation > 0 ? (test.Statistic - test.NullMean) / test.NullDeviation : 0;

    private static void Add(RunRecord record, string arm, string name, string? split, double? value)
    {
        if (value is { } number) record.Add(new RunMetric(arm, name, split, number));
    }

    private static void Mean(RunRecord record, string arm, string name, string? split, IEnumerable<double> values)
    {
        var list = values.Where(double.IsFinite).ToList();
        if (list.Count == 0) return;
        var mean = list.Average();
        var squares = list.Sum(value => (value - mean) * (value - mean));
        double? error = list.Count < 2 ? null : Math.Sqrt(squares / (list.Count - 1) / list.Count);
        record.Add(new RunMetric(arm, name, split, mean, error, list.Count));
    }
}

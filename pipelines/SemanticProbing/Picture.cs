using MlNetLlm.Pipelines.Experiments;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>The picture of a run: what the models write and what their hidden states hold, over training, with the phases marked.</summary>
internal static class Picture
{
    /// <summary>Draws it.</summary>
    public static LineChart Of(IReadOnlyList<ModelResult> models, Effects effects, ProbingOptions options)
    {
        int[] tasks = [.. Enumerable.Range(0, options.TestPrograms)];
        return new LineChart("A model trained on program text: behaviour and semantic content", "training step",
        [
            new("share of test tasks",
            [
                Line("accuracy", snapshot => snapshot.Behaviour.Accuracy(tasks)),
                Line("different programs", snapshot => snapshot.Behaviour.UniqueShare),
                Line("most frequent program", snapshot => Behaviour.Mean(snapshot.Behaviour.IsMostFrequent, tasks)),
            ]),
            new("perplexity, program tokens", [Line("perplexity", snapshot => snapshot.Behaviour.Perplexity)]),
            new("probe accuracy",
            [
                Line("linear, forced", snapshot => Effects.Mean(snapshot.Forced, "linear/original/t", tasks)),
                Line("one layer, forced", snapshot => Effects.Mean(snapshot.Forced, "mlp1/original/t", tasks)),
                Line("majority, forced", snapshot => Effects.Mean(snapshot.Forced, "majority/original/t", tasks), dashed: true),
                Line("linear, own programs", snapshot => Effects.Mean(snapshot.Written, "linear/original/t", tasks)),
                Line("flip, own programs", snapshot => Effects.Mean(snapshot.Written, "linear/flip/t", tasks), dashed: true),
            ]),
        ])
        {
            Stretches = Phases(models, effects),
        };

        ChartLine Line(string name, Func<SnapshotStage.Result, double> of, bool dashed = false) => new(
            name,
            [.. Enumerable.Range(0, models[0].Snapshots.Count)
                .Select(i => (X: models[0].Steps[i], Y: models.Average(model => of(model.Snapshots[i]))))
                .Where(point => double.IsFinite(point.Y))],
            dashed);
    }

    private static IReadOnlyList<ChartStretch> Phases(IReadOnlyList<ModelResult> models, Effects effects)
    {
        var phases = Enumerable.Range(0, models.Count).Select(effects.Phases).ToList();
        if (phases.Any(found => found is null)) return [];
        var (babbling, syntax) = (phases.Average(found => found!.Value.BabblingEnd), phases.Average(found => found!.Value.SyntaxEnd));
        return [new("babbling", 0, babbling), new("syntax", babbling, syntax), new("semantics", syntax, models[0].Steps[^1])];
    }
}
